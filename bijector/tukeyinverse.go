package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// A tukeyRoots looks for the x of some y and sets the log-slopes of the inverse.
type tukeyRoots struct {
	call           *autodiff.Call
	x, ls, y, g, h []float64
}

// tukeyInverse takes four steps of Halley's method from a start without iteration, twelve where these
// do not converge, and else searches inside a bracket.
func tukeyInverse(x, ls, y []float64, a scalarArgs) {
	all := tukeyRoots{a.call, x, ls, y, a.theta[0], a.theta[1]}
	all.rest(all.halley(4), func(few tukeyRoots) { few.rest(few.halley(12), tukeyRoots.bracket) })
}

// rest calls f for the roots at the given places.
func (r tukeyRoots) rest(places []float64, f func(tukeyRoots)) {
	if len(places) == 0 {
		return
	}
	take := func(from []float64) []float64 {
		few := r.call.Temp(len(places))
		for i, p := range places {
			few[i] = from[int(p)]
		}
		return few
	}
	few := tukeyRoots{r.call, r.call.Temp(len(places)), r.call.Temp(len(places)), take(r.y), take(r.g), take(r.h)}
	f(few)
	for i, p := range places {
		r.x[int(p)], r.ls[int(p)] = few.x[i], few.ls[i]
	}
}

// halley sets what it finds, and returns the places of the rest.
func (r tukeyRoots) halley(steps int) (rest []float64) {
	const block = 512
	n := min(len(r.y), block)
	inv, skew, miss, rise := r.call.Temp(n), r.call.Temp(n), r.call.Temp(n), r.call.Temp(n)
	rest = r.call.Temp(len(r.y))
	left := 0
	for from := 0; from < len(r.y); from += block {
		to := min(from+block, len(r.y))
		x, ls, y, h, n := r.x[from:to], r.ls[from:to], r.y[from:to], r.h[from:to], to-from
		kernel.TukeyStart(x, inv[:n], skew[:n], y, r.g[from:to], h)
		for range steps {
			kernel.TukeyStep(miss[:n], rise[:n], x, skew[:n], h, inv[:n])
		}
		kernel.Div(ls, skew[:n], rise[:n])
		kernel.Mul(ls, ls, inv[:n])
		kernel.Mul(ls, ls, x) // x/(y·rise), the slope of the inverse
		kernel.Log(ls, ls)
		for i, v := range y {
			if !(math.Abs(miss[i]) <= 0x1p-49*(1+rise[i])) || !(x[i] < 1e10) || !(math.Abs(ls[i]) < math.MaxFloat64) {
				rest[left] = float64(from + i)
				left++
			}
			x[i] = math.Copysign(x[i], v)
		}
	}
	return rest[:left]
}

// bracket is Newton's method inside a bracket.
func (r tukeyRoots) bracket() {
	n := len(r.y)
	a := scalarArgs{call: r.call}
	a.theta[0], a.theta[1] = r.g, r.h
	want, got, bend := a.temp(n), a.temp(n), a.temp(n)
	kernel.Asinh(want, r.y) // asinh y has moderate slopes for any x
	s := newRoots(r.call, r.x, want, math.Inf(-1), math.Inf(1))
	for range maxIterations {
		tukey(got, r.ls, r.x, a)
		kernel.Asinh(got, got)
		kernel.LogCosh(bend, got)
		kernel.Sub(bend, r.ls, bend)
		if s.step(r.x, got, bend) {
			break
		}
	}
	tukey(got, r.ls, r.x, a)
	kernel.Scale(r.ls, r.ls, -1)
	for i, v := range r.y {
		if r.h[i] == 0 && r.g[i]*v <= -1 {
			r.x[i], r.ls[i] = math.Copysign(math.Inf(1), v), math.Inf(-1)
		}
	}
}
