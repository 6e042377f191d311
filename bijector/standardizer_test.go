package bijector_test

import (
	"fmt"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
)

func TestStandardizerTakesMomentsOnce(t *testing.T) {
	s := bijector.NewStandardizer(2)
	tape := autodiff.NewTape()
	y := tape.Matrix(mat.NewDense(4, 2, []float64{1, 5, 3, 5, 5, 5, 7, 5}))
	bijector.Initialize(bijector.Chain{bijector.Identity{}, s}, y)
	bijector.Initialize(s, tape.Matrix(mat.NewDense(1, 2, []float64{100, 100})))
	x := s.Inverse(y)
	if m := x.ColMean(); m.At(0, 0) != 0 || m.At(0, 1) != 0 {
		t.Errorf("got column means %v, want 0", m.Data())
	}
	if v := x.Square().ColMean(); v.At(0, 0) < 1-1e-15 || v.At(0, 0) > 1+1e-15 || v.At(0, 1) != 0 {
		t.Errorf("got column variances %v, want 1, and 0 for equal numbers", v.Data())
	}
}

func ExampleStandardizer() {
	s := bijector.NewStandardizer(1)
	tape := autodiff.NewTape()
	y := tape.Matrix(mat.NewDense(2, 1, []float64{10, 14}))
	s.Initialize(y)
	fmt.Println(s.Inverse(y).Data(), s.Forward(s.Inverse(y)).Data())
	// Output: [-1 1] [10 14]
}
