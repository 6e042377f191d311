package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/need"
)

// Quantized is a univariate distribution rounded to the nearest integers, with the distribution function
// F of Of: log P(k) = log(F(k+½) − F(k−½)), with the tails computed so that cells far from the centre keep
// their digits.
type Quantized struct {
	Of Univariate
}

// NewQuantized returns the columns of c, rounded. The gradients in locations and scales cost two
// densities per element; those in other parameters are by quadrature, once for each different
// integer. It panics if c is a distribution of integers, or has more than four parameters.
func NewQuantized(c *Columns) *Columns {
	need.One("dist: NewQuantized", "distribution", c)
	q := &Quantized{c.Of}
	if err := q.Restore(); err != nil {
		panic(err.Error())
	}
	return NewColumns(c.D, q)
}

// Restore checks that there is a distribution that can be rounded.
func (q *Quantized) Restore() error { return checkWrapped("Quantized", q.Of, false) }

func (q *Quantized) values() values  { return q.Of.values() }
func (q *Quantized) family() *family { return quantizations.family(q.Of) }

var quantizations = wrapping{of: quantize}

func quantize(f *family) *family {
	g := &family{
		name: "Quantized " + f.name, params: f.params, integer: true,
		logDensity: func(x autodiff.Var, p vars) autodiff.Var {
			t := x.Tape()
			k, penalty := integers(x, t.Scalar(math.Inf(-1)), t.Scalar(math.Inf(1)))
			return f.logInterval(k.AddConst(-0.5), k.AddConst(0.5), p).Add(penalty)
		},
		support: func(p nums) (float64, float64) {
			lo, hi := f.supportOf(p)
			return math.Floor(lo + 0.5), math.Ceil(hi - 0.5)
		},
		cdf:      func(k float64, p nums) float64 { return f.cdfOf(k+0.5, p) },
		sf:       func(k float64, p nums) float64 { return f.sfOf(k+0.5, p) },
		logTails: func(k float64, p nums) (float64, float64) { return f.logTailsOf(k+0.5, p) },
		draw:     func(r *rand.Rand, p nums) float64 { return math.Floor(f.drawOf(r, p) + 0.5) },
	}
	g.mode = func(p nums) float64 { // that of Of lies in its cell, or beside it
		m := math.Floor(f.modeOf(p) + 0.5)
		k := []float64{m, m - 1, m + 1}
		best, lp := 0, g.at(k, p)
		for i := range lp {
			if lp[i] > lp[best] {
				best = i
			}
		}
		return k[best]
	}
	return g
}
