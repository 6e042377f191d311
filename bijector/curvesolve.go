package bijector

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
)

// searched is embedded by curves whose inverse is searched for.
type searched struct{}

func (searched) invert(_, _, _ []float64, _, _, _ columns) bool { return false }

// closed is embedded by curves whose inverse has a formula.
type closed struct{}

func (closed) bracket(_, _, _, _ []float64, _ columns) {}

// solve sets x = g⁻¹(y), as exactly as g is computed, and sorts p.
func (r *curveRun[C]) solve(x, y []float64, p columns) {
	n := len(y)
	at, g, ls, slope := r.c.Temp(n), r.c.Temp(n), r.c.Temp(n), r.c.Temp(n)
	want, places := r.c.Temp(n), r.c.Temp(n)
	copy(want, y)
	s := newRoots(r.c, at, want, math.Inf(-1), math.Inf(1))
	r.g.bracket(s.lo, at, s.hi, y, p)
	for i := range places {
		places[i] = float64(i)
	}
	unit := 0x1p-52 * float64(max(1, r.size.rounding))
	for range maxIterations {
		r.g.at(g[:n], ls[:n], at[:n], p, columns{n: n}, r.work.first(n))
		kernel.Exp(slope[:n], ls[:n])
		for i, v := range want[:n] {
			g[i] = rounded(g[i], v, float64(at[i]*slope[i]), unit)
		}
		s.step(at[:n], g[:n], ls[:n])
		left(p, s.done)
		if n = s.settle(x, at[:n], places); n == 0 {
			return
		}
		p = p.first(n)
	}
	for i, v := range at[:n] {
		x[int(places[i])] = v
	}
}

// rounded returns want if g is nothing else to the rounding of so many units of numbers of that size, or of the argument, which the
// value changes by the move, or of 1, which the parameters of a map have.
func rounded(g, want, move, unit float64) float64 {
	if scale := max(1, math.Abs(want), math.Abs(move)); math.Abs(g-want) <= unit*scale && scale <= math.MaxFloat64 {
		return want
	}
	return g
}

// left moves the columns of what is not done to the front.
func left(p columns, done []float64) {
	for k := 0; k*p.stride < len(p.data); k++ {
		col, m := p.at(k), 0
		for i, v := range col {
			if done[i] == 0 {
				col[m] = v
				m++
			}
		}
	}
}
