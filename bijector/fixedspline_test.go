package bijector_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
)

// The spline takes every knot to its value, and its slope there is the knot's.
func TestFixedSplineAtItsKnots(t *testing.T) {
	x, y, slopes := []float64{-2, -1, 0.5, 3}, []float64{0, 5, 5.001, 9}, []float64{1, 1e-3, 20, 0.5}
	s := bijector.NewFixedSpline(x, y, slopes)
	for i := range x {
		tape := autodiff.NewTape()
		v := tape.Matrix(mat.NewDense(1, 1, x[i:i+1]))
		w := s.Forward(v)
		if w.Value() != y[i] || s.Inverse(w).Value() != x[i] {
			t.Errorf("knot %d: got %v → %v → %v, want %v", i, x[i], w.Value(), s.Inverse(w).Value(), y[i])
		}
		if got, want := fldj(s, v).Value(), math.Log(slopes[i]); math.Abs(got-want) > 1e-12 {
			t.Errorf("knot %d: got log-slope %v, want %v", i, got, want)
		}
	}
}

func TestFixedSplineRestore(t *testing.T) {
	good := func() *bijector.FixedSpline {
		return &bijector.FixedSpline{X: []float64{0, 1}, Y: []float64{0, 1}, Slopes: []float64{1, 1}}
	}
	if err := good().Restore(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(s *bijector.FixedSpline){
		"one knot":   func(s *bijector.FixedSpline) { s.X, s.Y, s.Slopes = s.X[:1], s.Y[:1], s.Slopes[:1] },
		"lengths":    func(s *bijector.FixedSpline) { s.Y = s.Y[:1] },
		"slope":      func(s *bijector.FixedSpline) { s.Slopes[1] = 0 },
		"infinite":   func(s *bijector.FixedSpline) { s.X[1] = math.Inf(1) },
		"NaN":        func(s *bijector.FixedSpline) { s.Y[0] = math.NaN() },
		"descending": func(s *bijector.FixedSpline) { s.Y[1] = -1 },
	} {
		s := good()
		if change(s); s.Restore() == nil {
			t.Errorf("%s: got no error, want one", name)
		}
	}
}

func ExampleFixedSpline() {
	s := bijector.NewFixedSpline([]float64{-1, 0, 1}, []float64{-1, 0.5, 1}, []float64{1, 2, 1})
	show(s, 0, 5) // a knot, and a number beyond the ends
	// Output: [0 5] → [0.5 5] → [0 5], log|det| 0.6931
}
