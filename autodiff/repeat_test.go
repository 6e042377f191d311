package autodiff_test

import (
	"testing"

	"github.com/normflow/normflow/autodiff"
	"gonum.org/v1/gonum/mat"
)

// Repeated rows are recognised, and only those.
func TestRepeated(t *testing.T) {
	tape := autodiff.NewTape()
	v := tape.Matrix(mat.NewDense(2, 2, []float64{1, 2, 3, 4}))
	r := v.RepeatRows(3)
	if w, k := r.Repeated(); w != v || k != 3 || r.Rows() != 6 || r.At(2, 1) != 2 || r.At(3, 0) != 3 {
		t.Errorf("got %v of %v times %d, want rows of the first, three times", r.Data(), w.Data(), k)
	}
	for _, other := range []autodiff.Var{v, v.RepeatRows(1), r.Neg()} {
		if w, k := other.Repeated(); w != other || k != 1 {
			t.Errorf("got %v times %d, want what was not repeated itself", w.Data(), k)
		}
	}
	mustPanic(t, "autodiff: RepeatRows: got 0, want at least 1", func() { v.RepeatRows(0) })
}
