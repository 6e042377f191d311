package nn_test

import (
	"testing"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/internal/niltest"
)

func TestNil(t *testing.T) {
	net := nn.NewConstant(2)
	niltest.Run(t, "nn", map[string]niltest.Call{
		"NewRewired":    niltest.Of(nn.NewRewired, net, []int(nil), []int{0}),
		"NewSequential": niltest.Of(nn.NewSequential, net),
		"NewShared":     niltest.Of(nn.NewShared, 2, nn.NewMLP(1, nil, 1, nn.ReLU, nil)),
	})
}
