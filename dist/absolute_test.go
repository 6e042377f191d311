package dist_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/gradtest"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/dist/disttest"
	"gonum.org/v1/gonum/mat"
)

// |x| of a normal x of mean 0 is half-normal.
func ExampleAbsolute() {
	folded := dist.NewAbsolute(dist.NewNormal(1, autodiff.Fixed(0), autodiff.Fixed(2)))
	half := dist.NewHalfNormal(1, autodiff.Fixed(2))
	y := mat.NewDense(1, 1, nil)
	folded.Draw(y, rand.NewPCG(1, 2))
	fmt.Printf("%.6f %.6f %v\n", dist.LogProb(folded, []float64{1}), dist.LogProb(half, []float64{1}), y.At(0, 0) >= 0)
	// Output: -1.043939 -1.043939 true
}

func TestAbsolute(t *testing.T) {
	of := dist.NewMultivariateNormal(autodiff.Fixed(0.5, -1, 2), autodiff.FixedMatrix(mat.NewDense(3, 3, []float64{1, 0, 0, 0.5, 1, 0, -0.3, 0.8, 1.5})))
	a := dist.NewAbsolute(of, 0, 2)
	disttest.Run(t, disttest.Case{Dist: a, Draws: 4000})
	var want float64
	for _, x := range [][]float64{{1, -2, 3}, {-1, -2, 3}, {1, -2, -3}, {-1, -2, -3}} {
		want += math.Exp(dist.LogProb(of, x))
	}
	if got := math.Exp(dist.LogProb(a, []float64{1, -2, 3})); !(math.Abs(got-want) < 1e-15) {
		t.Errorf("got a density of %v, want %v, the sum over branches", got, want)
	}
	if got := dist.LogProb(a, []float64{1, -2, -3}); !math.IsInf(got, -1) {
		t.Errorf("got %v where a column is negative, want −Inf", got)
	}
	gradtest.Check(t, func(x ...autodiff.Var) autodiff.Var { return a.LogDensity(x[0]) }, mat.NewDense(2, 3, []float64{0.3, 1, 2, 1, -1, 0.2}))
	for _, columns := range [][]int{{3}, {-1}, {0, 0}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("got no panic for columns %v", columns)
				}
			}()
			dist.NewAbsolute(of, columns...)
		}()
	}
}
