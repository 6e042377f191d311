package calibration

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/need"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
)

// Mode returns a row of greatest density and its log-density: the best of the
// draws, from which the gradient is climbed by BFGS. Of several peaks it finds the
// one that the best draw belongs to, and if the density has no bound it stops
// where the climb fails.
//
// It panics if draws are fewer than one.
func Mode(d dist.Distribution, draws int, src rand.Source) (row []float64, logProb float64) {
	need.One("calibration: Mode", "distribution", d)
	if m, ok := as[dist.Moder](d); ok {
		row = m.Mode(nil)
		return row, logProbs(d, mat.NewDense(1, len(row), row))[0]
	}
	checkDraws("Mode", draws, 1)
	x := draw(d, draws, src)
	lp := logProbs(d, x)
	best := 0
	for i, v := range lp {
		if v > lp[best] {
			best = i
		}
	}
	row, logProb = append(row, x.RawRowView(best)...), lp[best]
	if math.IsInf(logProb, 0) || math.IsNaN(logProb) {
		panic(fmt.Sprintf("calibration: Mode: got log-density %v at the best of %d draws", logProb, draws))
	}
	t := autodiff.NewTape()
	problem := optimize.Problem{
		Func: func(x []float64) float64 {
			defer t.Reset()
			v := d.LogDensity(t.Matrix(mat.NewDense(1, len(x), x))).Value()
			if math.IsNaN(v) {
				return math.Inf(1)
			}
			return -v
		},
		Grad: func(grad, x []float64) {
			defer t.Reset()
			at := t.Variable(mat.NewDense(1, len(x), x))
			t.Backward(d.LogDensity(at).Neg())
			copy(grad, at.Grad())
		},
	}
	// A failed line search leaves the best point so far, as wanted.
	if r, _ := optimize.Minimize(problem, row, &optimize.Settings{MajorIterations: 200}, &optimize.BFGS{}); r != nil && -r.F > logProb {
		row, logProb = r.X, -r.F
	}
	return row, logProb
}
