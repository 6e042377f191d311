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
		w := a.width()
		kernel.Sigmoid(y, x)
		for i, s := range y {
			y[i] = min(kernel.FMA(w[i], s, a.theta[0][i]), a.theta[1][i])
			w[i] *= 0.25
		}
		if !a.valueOnly {
			kernel.Log(w, w)
			logBell(ls, x)
			kernel.Add(ls, ls, w)
		}
	},
	// With u = y−low and v = high−y, |x| = log(1 + |u−v|/min(u, v)) and
	// 1/x′ = uv/w.
	inverse: func(x, ls, y []float64, a scalarArgs) {
		w := a.width()
		for i, t := range y {
			u, eu := difference(t, a.theta[0][i])
			v, ev := difference(a.theta[1][i], t)
			x[i] = math.Abs(u-v+(eu-ev)) / min(u, v)
			ls[i] = 4 * (u / w[i]) * (v / w[i])
			w[i] *= 0.25
		}
		kernel.Log1p(x, x)
		if !a.valueOnly {
			kernel.Log(ls, ls)
			kernel.Log(w, w)
		}
		for i, t := range y {
			u, v := t-a.theta[0][i], a.theta[1][i]-t
			if x[i] > 709 {
				x[i] = math.Abs(a.log(u) - a.log(v)) // whose ratio may overflow
			}
			ls[i] = -ls[i] - w[i]
			switch {
			case u <= 0:
				x[i], ls[i] = math.Inf(-1), math.Inf(-1)
			case v <= 0:
				x[i], ls[i] = math.Inf(1), math.Inf(-1)
			case u < v:
				x[i] = -x[i]
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

// difference returns a − b as a sum of two values.
func difference(a, b float64) (d, rest float64) {
	d = a - b
	t := a - d
	return d, (a - (d + t)) + (t - b)
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
