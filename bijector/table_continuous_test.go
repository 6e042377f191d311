package bijector_test

import (
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/bijector/bijectortest"
	"github.com/normflow/normflow/internal/rng"
)

// continuous returns a flow along a small network, integrated so finely that differences of its
// values and of both directions are those of the equation.
func continuous(d int, hidden []int, act nn.Activation, frequencies, cond int) *bijector.Continuous {
	in := d + max(1, 2*frequencies) + cond
	b := bijector.NewContinuous(nn.NewMLP(in, hidden, d, act, rng.New(5)), frequencies, cond)
	b.Tol = 5e-12
	return b
}

func continuousCases() []bijectortest.Case {
	normal := bijectortest.Normal
	const tol = 1e-10 // errors of some dozen steps of 1e-13 each, spread by the flow
	return []bijectortest.Case{
		{Name: "Continuous", B: continuous(3, []int{8, 7}, nn.Tanh, 2, 0), X: normal(5, 3), Tol: tol},
		{Name: "Continuous/softplus-conditional", B: continuous(2, []int{6, 5}, nn.Softplus, 0, 2), X: normal(5, 2), Context: normal(5, 2), Tol: tol},
		{Name: "Continuous/one-layer", B: continuous(2, []int{6}, nn.Tanh, 1, 0), X: normal(5, 2), Tol: tol},
		{Name: "Continuous/one-layer-conditional", B: continuous(3, []int{6}, nn.Softplus, 1, 1), X: normal(5, 3), Context: normal(5, 1), Tol: tol},
		{Name: "Continuous/linear", B: continuous(3, nil, nn.Tanh, 0, 0), X: normal(5, 3), Tol: tol},
		{Name: "Continuous/one-column", B: continuous(1, []int{5, 5}, nn.Tanh, 1, 0), X: normal(5, 1), Tol: tol},
	}
}
