package bijector

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
)

// QuadraticSpline is the monotone piecewise quadratic map: on [−Bound, Bound] its slope is continuous and has Bins
// linear pieces. In the piece of width w between slopes s₀ and s₁
//
//	g(x) = Yᵢ + w·t·(s₀ + (s₁ − s₀)·t/2),  g′(x) = s₀ + (s₁ − s₀)·t,  t = (x − Xᵢ)/w
//
// Its raw parameters are Bins widths, from which a softmax makes shares of the interval, none less than 1/1000, and
// heights h. The slopes are
//
//	1/1000 + (1 − 1/1000)·a/∫a,  a = log(1 + exp(h)) + 1/1000
//
// at the knots, with a between them by straight lines. Outside it is what its Tails say. Zeros are the identity.
// It is defined for any finite parameters and arguments. Both directions cost O(Bins).
//
// Thomas Müller, Brian McWilliams, Fabrice Rousselle, Markus Gross, Jan Novák, Neural Importance Sampling, 2018,
// arXiv:1808.03856.
type QuadraticSpline struct {
	Bins  int     // 0 is 8; at least 2
	Bound float64 // 0 is 5
	// Tails are IdentityTails, with slope 1 at ±Bound and Bins − 1 heights, or FreeTails, with
	// Bins + 1 heights.
	Tails Tails
	// Half solves for the slope at ±Bound as if the first and the last piece were half as wide, as the
	// Python library nflows does with identity tails: it is less or more than 1 then, and zeros are not the identity.
	Half bool
}

// Restore checks the fields.
func (m QuadraticSpline) Restore() error {
	if m.Tails != IdentityTails && m.Tails != FreeTails {
		return fmt.Errorf("bijector: QuadraticSpline: got tails %q, want %q or %q", string(m.Tails), string(IdentityTails), string(FreeTails))
	}
	if m.Half && m.Tails != IdentityTails {
		return fmt.Errorf("bijector: QuadraticSpline: got Half with tails %q, want %q", string(m.Tails), string(IdentityTails))
	}
	return checkBins("QuadraticSpline", m.Bins, 2, m.Bound)
}

// Params returns 2·Bins − 1, with free tails 2·Bins + 1.
func (m QuadraticSpline) Params() int {
	k := orDefault(m.Bins, defaultBins)
	if m.Tails == FreeTails {
		return 2*k + 1
	}
	return 2*k - 1
}

// Forward returns the spline's value and the logarithm of its slope.
func (m QuadraticSpline) Forward(x, raw autodiff.Var) (y, logSlope autodiff.Var) {
	return m.evaluate(x, raw, forward)
}

// Inverse returns the inverse's value and the logarithm of its slope.
func (m QuadraticSpline) Inverse(y, raw autodiff.Var) (x, logSlope autodiff.Var) {
	return m.evaluate(y, raw, inverse)
}

func (m QuadraticSpline) evaluate(x, raw autodiff.Var, dir direction) (v, l autodiff.Var) {
	must(m.Restore())
	wantRaw("QuadraticSpline", m.Params(), x, raw)
	s := newBinned(x, raw, m.Params(), orDefault(m.Bound, defaultBound))
	widths, slopes := m.knots(s)
	k := widths.Cols()
	heights := slopes.Slice(0, k).Add(slopes.Slice(1, k+1)).Mul(widths).MulConst(0.5)
	b := s.find(widths, heights, dir)
	s0, s1 := pick(b.index, slopes, 0), pick(b.index, slopes, 1)
	rise := s1.Sub(s0)
	t := b.at
	if dir.back() {
		t = t.Mul(b.height.Div(b.width)) // the area below the slope
		root := s0.Square().Add(rise.Mul(t).MulConst(2)).Max(x.Tape().Scalar(minSlope * minSlope)).Sqrt()
		t = t.MulConst(2).Div(s0.Add(root))
	}
	slope := s0.Add(rise.Mul(t))
	v, l = t.Mul(b.width).Add(b.left), slope.Log().Neg()
	if !dir.back() {
		v, l = s0.Add(rise.Mul(t).MulConst(0.5)).Mul(t).Mul(b.width).Add(b.bottom), slope.Log()
	}
	if m.Tails == FreeTails {
		return s.straightOutside(v, l, s0, s1, dir)
	}
	return s.identityOutside(v, l)
}

// largestRaw bounds raw parameters of slopes, products of powers of which would overflow.
const largestRaw = 1e20

// knots returns the widths of the pieces and the slopes at their ends.
func (m QuadraticSpline) knots(s binned) (widths, slopes autodiff.Var) {
	k := orDefault(m.Bins, defaultBins)
	widths = s.shares(0, k, minBin)
	share := widths.MulConst(1 / (2 * s.bound))
	a := s.raw.Slice(k, m.Params()).Clamp(-largestRaw, largestRaw).Softplus().AddConst(minSlope)
	if m.Tails == IdentityTails {
		first, last := share.Slice(0, 1), share.Slice(k-1, k)
		if m.Half {
			first, last = first.MulConst(0.5), last.MulConst(0.5)
		}
		area := first.Mul(a.Slice(0, 1)).Add(last.Mul(a.Slice(k-2, k-1)))
		if k > 2 {
			area = area.Add(a.Slice(0, k-2).Add(a.Slice(1, k-1)).Mul(share.Slice(1, k-1)).RowSum())
		}
		end := area.Div(first.Add(last).Neg().AddConst(2))
		a = autodiff.Concat(end, a, end)
	}
	area := a.Slice(0, k).Add(a.Slice(1, k+1)).Mul(share).RowSum().MulConst(0.5)
	return widths, a.Div(area).MulConst(1 - minSlope).AddConst(minSlope)
}
