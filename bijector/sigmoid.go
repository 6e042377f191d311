package bijector

import (
	"cmp"
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// Sigmoid maps the real line to the interval from low to high:
//
//	y = low + (high − low)·σ(x),  log y′ = log(high − low) − log(1 + eˣ) − log(1 + e⁻ˣ)
//
// with σ(x) = 1/(1 + e⁻ˣ). Low is 0 and High 1 if empty. A y ≤ low or ≥ high comes from
// −∞ or ∞ with log-determinant −∞. It costs two exponentials
// and a logarithm per element.
type Sigmoid struct{ Low, High autodiff.Value }

// NewSigmoid returns a sigmoid. It panics unless low < high.
func NewSigmoid(low, high autodiff.Value) *Sigmoid { return made(&Sigmoid{low, high}) }

// Restore checks the parameters.
func (b *Sigmoid) Restore() error {
	return cmp.Or(b.params().check(), ordered("bijector: Sigmoid", b.Low, b.High, 0, 1))
}

func (b *Sigmoid) params() params {
	return params{
		{"Sigmoid: low", &b.Low, finite, 0},
		{"Sigmoid: high", &b.High, finite, 1},
	}
}

// ordered returns an error unless low < high in every column; empty values are
// the defaults.
func ordered(what string, low, high autodiff.Value, lowDefault, highDefault float64) error {
	lo, hi := []float64{lowDefault}, []float64{highDefault}
	if !low.IsZero() {
		lo = low.Numbers()
	}
	if !high.IsZero() {
		hi = high.Numbers()
	}
	if len(lo) != len(hi) && len(lo) != 1 && len(hi) != 1 {
		return fmt.Errorf("%s: got %d lower and %d upper bounds, want as many", what, len(lo), len(hi))
	}
	for i := range max(len(lo), len(hi)) {
		if l, h := lo[i%len(lo)], hi[i%len(hi)]; !(l < h) {
			return fmt.Errorf("%s: got low %v and high %v, want low < high", what, l, h)
		}
	}
	return nil
}

// sigmoidMap has the parameters low and high.
var sigmoidMap = newScalar("Sigmoid", scalarMap{
	forward: func(y, ls, x []float64, a scalarArgs) {
		w, s := a.width(), a.temp(len(x))
		kernel.Sigmoid(s, x)
		copy(y, a.theta[0])
		kernel.MulAdd(y, w, s)
		for i, high := range a.theta[1] {
			y[i] = min(y[i], high)
		}
		if !a.valueOnly {
			a.logQuarter(w)
			logBell(ls, x)
			kernel.Add(ls, ls, w)
		}
	},
	// With u = y−low and v = high−y, |x| = log(1 + |u−v|/min(u, v)) and
	// 1/x′ = uv/w.
	inverse: func(x, ls, y []float64, a scalarArgs) {
		n := len(y)
		w, u, v, d, t := a.width(), a.temp(n), a.temp(n), a.temp(n), a.temp(n)
		differences(u, d, y, a.theta[0], t)
		differences(v, ls, a.theta[1], y, t)
		kernel.Sub(t, d, ls)
		kernel.Sub(d, u, v)
		kernel.Add(d, d, t)
		for i := range t {
			t[i] = min(u[i], v[i])
		}
		kernel.Abs(x, d)
		kernel.Div(x, x, t)
		kernel.Log1p(x, x)
		if !a.valueOnly {
			logSigmoidSlope(ls, u, v, w, t, a)
		}
		for i, s := range x {
			if s-s == 0 { // and u and v are positive
				x[i] = math.Copysign(s, u[i]-v[i])
			} else {
				x[i], ls[i] = sigmoidEdge(s, ls[i], u[i], v[i], a)
			}
		}
	},
	derive: func(d derivatives) {
		kernel.Scale(d.lsByX, d.x, -0.5) // 1 − 2σ(x) = −tanh(x/2)
		kernel.TanhOf(d.lsByX, d.lsByX)
		kernel.Sigmoid(d.yByTheta[1], d.x)
		kernel.Scale(d.yByTheta[0], d.x, -1)
		kernel.Sigmoid(d.yByTheta[0], d.yByTheta[0])
		for i, w := range d.width() {
			d.lsByTheta[0][i], d.lsByTheta[1][i] = -1/w, 1/w
		}
	},
})

// logBell sets l = log 4σ(x)σ(−x) = −2·log cosh(x/2), exact near 0.
func logBell(l, x []float64) {
	kernel.Scale(l, x, 0.5)
	kernel.LogCosh(l, l)
	kernel.Scale(l, l, -2)
}

// logSigmoidSlope sets ls = −log(4·(u/w)·(v/w)) − log(w/4); it uses w and t.
func logSigmoidSlope(ls, u, v, w, t []float64, a scalarArgs) {
	kernel.Div(t, u, w)
	kernel.Scale(t, t, 4)
	kernel.Div(ls, v, w)
	kernel.Mul(ls, t, ls)
	kernel.Log(ls, ls)
	a.logQuarter(w)
	kernel.Scale(ls, ls, -1)
	kernel.Sub(ls, ls, w)
}

// logQuarter sets w to log(w/4), w being the width.
func (a scalarArgs) logQuarter(w []float64) {
	kernel.Scale(w, w, 0.25)
	if a.alike() {
		kernel.Log(w[:1], w[:1])
		repeat(w[1:], w[:1])
		return
	}
	kernel.Log(w, w)
}

// sigmoidEdge returns x and ls at distances u and v from the bounds that are NaN, not positive, or so unequal that their ratio overflows.
func sigmoidEdge(x, ls, u, v float64, a scalarArgs) (float64, float64) {
	if math.IsInf(x, 1) {
		x = math.Abs(a.log(u) - a.log(v))
	}
	switch {
	case u <= 0:
		return math.Inf(-1), math.Inf(-1)
	case v <= 0:
		return math.Inf(1), math.Inf(-1)
	case u < v:
		return -x, ls
	}
	return x, ls
}

// differences sets d + rest = a − b, exactly; it uses t.
func differences(d, rest, a, b, t []float64) {
	kernel.Sub(d, a, b)
	kernel.Sub(t, a, d)
	kernel.Add(rest, d, t)
	kernel.Sub(rest, a, rest)
	kernel.Sub(t, t, b)
	kernel.Add(rest, rest, t)
}

// width returns the difference of the first two parameters.
func (a scalarArgs) width() []float64 {
	w := a.temp(len(a.theta[0]))
	kernel.Sub(w, a.theta[1], a.theta[0])
	return w
}

func (b *Sigmoid) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	low, high := b.params().pair(x)
	return summed(scalar(sigmoidMap, x, dir, low, high))
}
