package masked_test

import (
	"testing"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/nn/masked"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/internal/niltest"
)

func TestNil(t *testing.T) {
	net := masked.NewMADE(masked.Spec{Dim: 2, Outputs: 1, Act: nn.ReLU}, nil)
	niltest.Run(t, "masked", map[string]niltest.Call{
		"NewSolver": niltest.Of(masked.NewSolver, net, &bijector.Affine{}),
	})
}
