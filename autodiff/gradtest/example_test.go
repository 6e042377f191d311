package gradtest_test

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/gradtest"
	"gonum.org/v1/gonum/mat"
)

func ExamplePrecision() {
	f := func(x ...autodiff.Var) autodiff.Var { return x[0].Tanh().Mul(x[1]) }
	at := []*mat.Dense{mat.NewDense(1, 2, []float64{0.5, -1}), mat.NewDense(1, 2, []float64{2, 3})}
	fmt.Println(gradtest.Precision{Step: 1e-3, Tolerance: 1e-9}.Compare(f, at...))
	// Output: <nil>
}
