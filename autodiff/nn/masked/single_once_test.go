package masked

import (
	"slices"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"gonum.org/v1/gonum/mat"
)

// Large networks round weights as they need them for a few rows without gradients: the bits are
// those with gradients.
func TestSingleOnceHasTheBitsOfGradients(t *testing.T) {
	for _, act := range []nn.Activation{nn.ReLU, nn.Tanh} {
		for _, cond := range []int{0, 2} {
			m, _ := madeTwins(Spec{Dim: 9, Hidden: []int{210, 300}, Outputs: 5, Act: act, Cond: cond, Direct: act == nn.ReLU})
			if !m.prog.once(7) || m.prog.once(singleRows+1) {
				t.Fatal("got another way than a few rows take, or more rows take it")
			}
			for _, contexts := range []int{1, 7} {
				x := randomRows(7, 9)
				at := func(tape *autodiff.Tape) []float64 {
					var c autodiff.Var
					if cond > 0 {
						c = tape.Matrix(mat.DenseCopyOf(randomRows(contexts, cond)))
					}
					return slices.Clone(m.ApplyGiven(tape.Matrix(x), c).Data())
				}
				plain := autodiff.Borrow()
				got := at(plain)
				plain.Release()
				if want := at(autodiff.NewTape()); !slices.Equal(got, want) {
					t.Errorf("%s, %d columns of %d contexts: got other bits", act, cond, contexts)
				}
				sharing := autodiff.NewTape()
				sharing.NoGrad(true)
				sharing.Share(new(autodiff.Shared))
				if shared := at(sharing); !slices.Equal(got, shared) {
					t.Errorf("%s, %d columns of %d contexts: got other bits by weights that were rounded for several tapes", act, cond, contexts)
				}
			}
		}
	}
}
