package bijector

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// A Dist is a continuous univariate distribution, such as those in
// gonum.org/v1/gonum/stat/distuv.
type Dist interface {
	CDF(x float64) float64
	Quantile(p float64) float64
	LogProb(x float64) float64
}

// CDF is the distribution function of any univariate distribution, the same
// for every column:
//
//	y = F(x),  log y′ = log F′(x)
//
// NewInvert(NewCDF(d)) is d's quantile function, which maps uniform samples to
// d; Chain{&NormalCDF{}, NewInvert(NewCDF(d))} maps normal samples to d. Values outside
// the support go to 0 or 1, and values outside (0, 1) come from ±∞, with
// log-determinant −∞. Accuracy and cost are those of the
// distribution. The derivative of the log-density is its method
// ScoreInput(x float64) float64 if it has one, and else by differences to about ten
// digits. A model can be saved with one of gonum's, not with another.
type CDF struct{ Dist Dist }

// NewCDF returns the distribution function of d. It panics if d is nil.
func NewCDF(d Dist) *CDF {
	b := &CDF{Dist: d}
	must(b.Restore())
	return b
}

// Restore checks that there is a distribution.
func (b *CDF) Restore() error {
	if b.Dist == nil {
		return fmt.Errorf("bijector: CDF: got no distribution, want one")
	}
	return nil
}

// anyMap has the *CDF as Args.Ref.
var anyMap = newScalar("CDF", scalarMap{
	forward: func(y, ls, x []float64, a scalarArgs) {
		d := a.call.Args().Ref.(*CDF).Dist
		for i, v := range x {
			y[i], ls[i] = v, v
			if math.IsNaN(v) {
				continue
			}
			if y[i] = d.CDF(v); !a.valueOnly {
				ls[i] = d.LogProb(v)
			}
		}
	},
	inverse: func(x, ls, y []float64, a scalarArgs) {
		d := a.call.Args().Ref.(*CDF).Dist
		for i, v := range y {
			switch {
			case math.IsNaN(v):
				x[i], ls[i] = v, v
			case v > 0 && v < 1:
				if x[i] = d.Quantile(v); !a.valueOnly {
					ls[i] = -d.LogProb(x[i])
				}
			default:
				x[i], ls[i] = math.Copysign(math.Inf(1), v-0.5), math.Inf(-1)
			}
		}
	},
	derive: func(d derivatives) {
		dist := d.call.Args().Ref.(*CDF).Dist
		for i, v := range d.x {
			d.lsByX[i] = score(dist, v)
		}
	},
})

// score returns the derivative of the log-density at x.
func score(d Dist, x float64) float64 {
	if d, ok := d.(interface{ ScoreInput(x float64) float64 }); ok {
		if s := d.ScoreInput(x); !math.IsNaN(s) {
			return s
		}
	}
	h := 0.001 * max(math.Abs(x), 1e-3)
	f := func(k float64) float64 { return d.LogProb(kernel.FMA(k, h, x)) }
	central := func() float64 { return (8*(f(1)-f(-1)) - (f(2) - f(-2))) / (12 * h) }
	if s := central(); !math.IsNaN(s - s) {
		return s
	}
	if x != 0 { // near an end of the support at 0
		h = 0.001 * math.Abs(x)
		if s := central(); !math.IsNaN(s - s) {
			return s
		}
	}
	for _, side := range []float64{1, -1} { // at an end
		h = side * 0.001 * max(math.Abs(x), 1e-3)
		s := kernel.FMA(48, f(1), kernel.FMA(-25, f(0), kernel.FMA(-36, f(2), kernel.FMA(16, f(3), -3*f(4)))))
		if s /= 12 * h; !math.IsNaN(s - s) {
			return s
		}
	}
	return 0
}

func (b *CDF) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	return summed(scalarOf(autodiff.Args{Ref: b}, anyMap, x, dir))
}
