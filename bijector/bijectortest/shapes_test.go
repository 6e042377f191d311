package bijectortest

import (
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
)

// A twisted map returns what its functions make of the identity's results.
type twisted struct {
	inverse, ildj func(y autodiff.Var) autodiff.Var
}

func (twisted) Forward(x autodiff.Var) autodiff.Var   { return x }
func (b twisted) Inverse(y autodiff.Var) autodiff.Var { return b.inverse(y) }
func (b twisted) ILDJ(y autodiff.Var) autodiff.Var    { return b.ildj(y) }
func (b twisted) ForwardFLDJ(x autodiff.Var) (y, fldj autodiff.Var) {
	return x, x.Tape().Zeros(1, 1)
}

func TestShapes(t *testing.T) {
	same := func(y autodiff.Var) autodiff.Var { return y }
	coupling := bijector.NewCoupling(2, []int{0}, bijector.Affine{}, 3, func(in, out int) nn.Network { return nn.NewMLP(in, []int{2}, out, nn.Tanh, nil) })
	for want, c := range map[string]Case{
		"":                         {B: bijector.Identity{}, X: Normal(5, 2)},
		"got no bijector":          {X: Normal(5, 2)},
		"got no rows X":            {B: bijector.Identity{}},
		"got no Context, want 5×3": {B: coupling, X: Normal(5, 2)},
		"ILDJ: got 5×2, want the sum over columns: 5×1": {B: twisted{same, same}, X: Normal(5, 2)},
		"Inverse: got 5×1, want 5×2 as x":               {B: twisted{autodiff.Var.RowSum, autodiff.Var.RowSum}, X: Normal(5, 2)},
	} {
		err := c.shapes()
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
