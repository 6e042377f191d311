package bijector_test

import (
	"math"
	"slices"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
)

// Both directions of every elementwise map take any number whatever without NaN, and
// without a NaN gradient where value and log-determinant are finite; NaN gives
// NaN. (Not at subnormal numbers, whose reciprocals are infinite.) The value alone, of a constant,
// has the same bits as with the log-determinant.
func TestElementwiseIsTotal(t *testing.T) {
	inf := math.Inf(1)
	points := []float64{0, math.Copysign(0, -1), 1e-307, 1e-300, -1e-300, 1e-17, -1e-17, 0.5, -0.5, 1, -1, 30, -30, 1e3, -1e3, 1e8, -1e8, 1e300, -1e300, inf, -inf}
	for _, v := range []float64{0.25, 0.5, 1, 2, 3, 10} { // about the ends of ranges
		for _, s := range []float64{1, -1} {
			points = append(points, s*math.Nextafter(v, inf), s*v, s*math.Nextafter(v, 0))
		}
	}
	for _, c := range elementwiseCases() {
		t.Run(c.Name, func(t *testing.T) {
			_, d := c.X.Dims()
			row := make([]float64, d)
			for _, v := range append(points, math.NaN()) {
				for j := range row {
					row[j] = v
				}
				total(t, "Forward", row, c.B.Forward, bijector.ForwardFLDJ, c.B)
				total(t, "Inverse", row, c.B.Inverse, bijector.InverseILDJ, c.B)
			}
		})
	}
}

func total(t *testing.T, what string, row []float64, value func(autodiff.Var) autodiff.Var,
	walk func(bijector.Bijector, autodiff.Var) (v, l autodiff.Var), b bijector.Bijector) {
	t.Helper()
	tape := autodiff.NewTape()
	x := tape.Variable(mat.NewDense(1, len(row), append([]float64(nil), row...)))
	y, l := walk(b, x)
	sameValue(t, what, y, value(tape.Matrix(x.Dense())))
	if v := row[0]; math.IsNaN(v) {
		if !math.IsNaN(y.At(0, 0)) {
			t.Errorf("%s(NaN): got %v, want NaN", what, y.Data())
		}
		return
	}
	for _, v := range append(append([]float64(nil), y.Data()...), l.Data()...) {
		if math.IsNaN(v) {
			t.Errorf("%s(%v): got %v with log-determinant %v, want no NaN", what, row[0], y.Data(), l.Data())
			return
		}
	}
	if !y.Finite() || !l.Finite() {
		return
	}
	tape.Backward(y.Sum().Add(l.Sum()))
	for _, p := range tape.Params() {
		for _, g := range tape.Grad(p) {
			if math.IsNaN(g) {
				t.Errorf("%s(%v): got parameter gradient %v, want no NaN", what, row[0], tape.Grad(p))
				return
			}
		}
	}
	for _, g := range x.Grad() {
		if math.IsNaN(g) {
			t.Errorf("%s(%v): got gradient %v, want no NaN", what, row[0], x.Grad())
			return
		}
	}
}

// sameValue compares the bits of two results.
func sameValue(t *testing.T, what string, y, alone autodiff.Var) {
	t.Helper()
	if !slices.EqualFunc(y.Data(), alone.Data(), func(a, b float64) bool {
		return math.Float64bits(a) == math.Float64bits(b) || math.IsNaN(a) && math.IsNaN(b)
	}) {
		t.Errorf("%s: got %v with its log-determinant and %v alone, want the same", what, y.Data(), alone.Data())
	}
}
