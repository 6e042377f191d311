package bijector

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
)

const (
	tukeyBlock = 512
	tukeySteps = 5
)

// tukeyInverse is the inverse of TukeyGH: a few steps of Halley's method from a start without
// iteration, and the search inside a bracket where that has not converged.
func tukeyInverse(x, ls, y []float64, a scalarArgs) {
	n := min(len(y), tukeyBlock)
	size, g, h, miss, rise, z := a.temp(n), a.temp(n), a.temp(n), a.temp(n), a.temp(n), a.temp(n)
	left, values := a.temp(len(y)), a.temp(len(y)) // what is still to be found
	m := 0
	for from := 0; from < len(y); from += n {
		to := min(from+n, len(y))
		k := to - from
		b := tukeySearch{size[:k], g[:k], h[:k], miss[:k], rise[:k], z[:k], x[from:to]}
		b.set(y[from:to], a.theta[0][from:to], a.theta[1][from:to])
		b.start(ls[from:to])
		for range tukeySteps {
			kernel.TukeyStep(b.miss, b.rise, b.x, b.g, b.h, b.y)
		}
		kernel.Div(b.z, b.x, b.y)
		kernel.Div(b.z, b.z, b.rise)
		kernel.Log(ls[from:to], b.z)
		for i, v := range b.miss {
			if math.Abs(v) <= 0x1p-44 && !math.IsInf(ls[from+i], 0) {
				b.x[i] = math.Copysign(b.x[i], y[from+i])
				continue
			}
			left[m], values[m] = float64(from+i), y[from+i]
			m++
		}
	}
	tukeyBracket(x, ls, left[:m], values[:m], a)
}

// A tukeySearch looks for some |x|.
type tukeySearch struct{ y, g, h, miss, rise, z, x []float64 }

// set takes |y|, with the sign that g has then.
func (s *tukeySearch) set(y, g, h []float64) {
	copy(s.h, h)
	for i, v := range y {
		s.y[i] = math.Abs(v)
		s.g[i] = g[i]
		if v < 0 {
			s.g[i] = -g[i]
		}
	}
}

// start sets x, from the inverses for g = 0, by an approximation of Lambert's W, and for h = 0, both
// as (y/x)²: their sum less one.
func (s *tukeySearch) start(w []float64) {
	kernel.Mul(s.miss, s.y, s.g)
	kernel.Clamp(w, s.miss, -1, math.MaxFloat64)
	kernel.Log1p(s.z, w) // of the second
	kernel.Mul(w, s.h, s.y)
	kernel.Mul(w, w, s.y)
	kernel.Log1p(w, w)
	kernel.Log1p(s.rise, w)
	for i, v := range w {
		w[i] = v * (1 - s.rise[i]/(2+v))
	}
	kernel.Exp(w, w)
	for i, v := range s.z {
		ratio := 1.0
		if u := s.miss[i]; math.Abs(u) > 0x1p-60 {
			ratio = u / v
		}
		s.x[i] = s.y[i] / math.Sqrt(max(0x1p-20, w[i]-1+float64(ratio*ratio)))
	}
}

// tukeyBracket finds the x at the places left, with the given y, by Newton's method inside a bracket.
func tukeyBracket(x, ls, left, y []float64, all scalarArgs) {
	n := len(y)
	if n == 0 {
		return
	}
	println("left", n, int(all.call.OutShape(0).Rows*all.call.OutShape(0).Cols), y[0], all.theta[0][0], all.theta[1][0])
	a := scalarArgs{call: all.call}
	for k := range 2 {
		a.theta[k] = a.temp(n)
		for i, at := range left {
			a.theta[k][i] = all.theta[k][int(at)]
		}
	}
	root, slope, want, got, bend := a.temp(n), a.temp(n), a.temp(n), a.temp(n), a.temp(n)
	kernel.Asinh(want, y) // asinh y has moderate slopes for any x
	r := newRoots(a.call, root, want, math.Inf(-1), math.Inf(1))
	for range maxIterations {
		tukey(got, slope, root, a)
		kernel.Asinh(got, got)
		kernel.LogCosh(bend, got)
		kernel.Sub(bend, slope, bend)
		if r.step(root, got, bend) {
			break
		}
	}
	tukey(got, slope, root, a)
	for i, v := range y {
		at := int(left[i])
		x[at], ls[at] = root[i], -slope[i]
		if g, h := a.theta[0][i], a.theta[1][i]; h == 0 && g*v <= -1 {
			x[at], ls[at] = math.Copysign(math.Inf(1), v), math.Inf(-1)
		}
	}
}
