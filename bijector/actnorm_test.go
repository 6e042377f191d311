package bijector_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
)

// After initialisation through a chain every ActNorm's x has mean 0 and variance 1.
func TestActNormInitializesOnce(t *testing.T) {
	first, second := bijector.NewActNorm(2), bijector.NewActNorm(2)
	c := bijector.Chain{first, bijector.NewConv1x1(2, 1, nil), second}
	tape := autodiff.NewTape()
	y := tape.Matrix(mat.NewDense(4, 2, []float64{1, 5, 3, 4, 5, 1, 7, -8}))
	bijector.Initialize(c, y)
	bijector.Initialize(c, tape.Zeros(4, 2))
	for what, x := range map[string]autodiff.Var{"second": second.Inverse(y), "first": c.Inverse(y)} {
		for j := range 2 {
			if m, v := x.ColMean().At(0, j), x.Square().ColMean().At(0, j); math.Abs(m) > 1e-15 || math.Abs(v-1) > 1e-14 {
				t.Errorf("%s: column %d: got mean %v and variance %v, want 0 and 1", what, j, m, v)
			}
		}
	}
	if !first.Initialized || !second.Initialized {
		t.Error("got an ActNorm that does not know that it has its data")
	}
}

func ExampleActNorm() {
	a := bijector.NewActNorm(1)
	y := autodiff.NewTape().Matrix(mat.NewDense(2, 1, []float64{10, 14}))
	a.Initialize(y)
	x, ildj := bijector.InverseILDJ(a, y)
	fmt.Printf("%.3f\n", x.Data())
	fmt.Printf("%.3f\n", ildj.Value()) // −log 2
	// Output:
	// [-1.000 1.000]
	// -0.693
}
