package bijector

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/internal/special"
)

// A Bound is a value that those of a column come near to but do not pass.
type Bound struct {
	At float64
	// Margin is how near the values come: the map goes on straight from there, so that others have a density too. 0 means
	// that there is no bound.
	Margin float64
}

// An end is where ψ goes on straight: at y, which it takes to u, with slope 1/scale. It is infinite if there is none.
type end struct{ y, u, scale, logSlope float64 }

func (m *Marginal) bounded() bool { return m.Lower.Margin > 0 || m.Upper.Margin > 0 }

// setEnds checks the bounds and finds where ψ becomes straight.
func (m *Marginal) setEnds() error {
	for _, b := range []Bound{m.Lower, m.Upper} {
		if !(math.Abs(b.At) < 1e150) || !(b.Margin == 0 || b.Margin > 1e-150 && b.Margin < 1e150) {
			return fmt.Errorf("got a bound at %v with margin %v, want finite numbers and a margin of at least 0", b.At, b.Margin)
		}
	}
	m.first, m.last = end{y: math.Inf(-1), u: math.Inf(-1)}, end{y: math.Inf(1), u: math.Inf(1)}
	lo, hi := m.Lower.At+m.Lower.Margin, m.Upper.At-m.Upper.Margin
	if m.Lower.Margin > 0 {
		if m.Upper.Margin > 0 && !(lo < hi) || !(lo > m.Lower.At) {
			return fmt.Errorf("got bounds at %v and %v with margins %v and %v, want values between", m.Lower.At, m.Upper.At, m.Lower.Margin, m.Upper.Margin)
		}
		m.first = m.end(lo)
	}
	if m.Upper.Margin > 0 {
		if !(hi < m.Upper.At) {
			return fmt.Errorf("got a bound at %v with margin %v, want values between", m.Upper.At, m.Upper.Margin)
		}
		m.last = m.end(hi)
	}
	return nil
}

func (m *Marginal) end(y float64) end {
	u, logSlope, _ := m.between(y)
	return end{y, u, special.Exp(-logSlope), logSlope}
}

// unbound returns u = ψ(y), log ψ′ and the derivative of the latter.
func (m *Marginal) unbound(y float64) (u, logSlope, dlogslope float64) {
	switch {
	case y < m.first.y:
		return m.first.u + (y-m.first.y)/m.first.scale, m.first.logSlope, 0
	case y > m.last.y:
		return m.last.u + (y-m.last.y)/m.last.scale, m.last.logSlope, 0
	case !m.bounded():
		return y, 0, 0
	}
	return m.between(y)
}

// between is unbound between the ends.
func (m *Marginal) between(y float64) (u, logSlope, dlogslope float64) {
	if m.Lower.Margin > 0 {
		t := y - m.Lower.At
		u = special.Log(t)
		logSlope, dlogslope = -u, -1/t
	}
	if m.Upper.Margin > 0 {
		t := m.Upper.At - y
		l := special.Log(t)
		u -= l
		logSlope -= l
		dlogslope += 1 / t
	}
	if m.Lower.Margin > 0 && m.Upper.Margin > 0 {
		logSlope += special.Log(m.Upper.At - m.Lower.At)
	}
	return u, logSlope, dlogslope
}

// bound returns ψ⁻¹(u).
func (m *Marginal) bound(u float64) float64 {
	switch {
	case u < m.first.u:
		return m.first.y + float64((u-m.first.u)*m.first.scale)
	case u > m.last.u:
		return m.last.y + float64((u-m.last.u)*m.last.scale)
	case m.Lower.Margin > 0 && m.Upper.Margin > 0:
		e := special.Exp(-math.Abs(u))
		t := (m.Upper.At - m.Lower.At) * (e / (1 + e))
		if u < 0 {
			return m.Lower.At + t
		}
		return m.Upper.At - t
	case m.Lower.Margin > 0:
		return m.Lower.At + special.Exp(u)
	case m.Upper.Margin > 0:
		return m.Upper.At - special.Exp(-u)
	}
	return u
}
