package bijector_test

import (
	"fmt"
	"math"
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

// Columns whose squares overflow or underflow have moments all the same.
func TestStandardizerOfAnyMagnitude(t *testing.T) {
	for _, f := range []float64{1e-300, 1e160, 1e300} {
		s := bijector.NewStandardizer(1)
		s.Initialize(autodiff.NewTape().Matrix(mat.NewDense(3, 1, []float64{f, 2 * f, 3 * f})))
		if m, sd := s.Shift.Data()[0]/f, s.Scale.Data()[0]/f; math.Abs(m-2) > 1e-14 || math.Abs(sd-math.Sqrt(2.0/3)) > 1e-14 {
			t.Errorf("unit %v: got mean %v and deviation %v, want 2 and √⅔", f, m, sd)
		}
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
