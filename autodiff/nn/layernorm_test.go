package nn_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/gradtest"
	"github.com/normflow/normflow/autodiff/nn"
	"gonum.org/v1/gonum/mat"
)

func ExampleLayerNorm() {
	t := autodiff.NewTape()
	x := t.Matrix(mat.NewDense(1, 3, []float64{1, 2, 3}))
	fmt.Printf("%.4f\n", mat.Formatted(nn.NewLayerNorm(3).Apply(x).Dense()))
	// Output:
	// [-1.2247   0.0000   1.2247]
}

// The rows have mean 0, and variance v/(v + Eps); the gradient is that of differences.
func TestLayerNorm(t *testing.T) {
	l := nn.NewLayerNorm(4)
	l.Eps = 0.25
	tape := autodiff.NewTape()
	in := mat.NewDense(2, 4, []float64{1, 2, 4, -3, 0.5, 0.5, 0.5, 0.5})
	y := l.Apply(tape.Matrix(in)).Dense()
	for i, want := range []float64{6.5 / 6.75, 0} {
		var mean, square float64
		for _, v := range y.RawRowView(i) {
			mean += v / 4
			square += v * v / 4
		}
		if math.Abs(mean) > 1e-15 || math.Abs(square-want) > 1e-14 {
			t.Errorf("row %d: got mean %v and variance %v, want 0 and %v", i, mean, square, want)
		}
	}
	gradtest.Check(t, func(x ...autodiff.Var) autodiff.Var { return l.Apply(x[0]).Mul(x[0]) }, mat.NewDense(1, 4, []float64{1, 2, 4, -3}))
}

func TestLayerNormRefuses(t *testing.T) {
	for _, l := range []*nn.LayerNorm{{Width: 0, Eps: 1}, {Width: 1}, {Width: 1, Eps: math.Inf(1)}, {Width: 1, Eps: math.NaN()}} {
		if err := l.Restore(); err == nil {
			t.Errorf("got no error for %+v", *l)
		}
	}
}
