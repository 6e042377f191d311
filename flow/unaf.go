package flow

import (
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
)

// UNAF returns an autoregressive flow of unconstrained monotonic networks: the maps of [MAF], three by default, with integrals of positive networks in place of affine
// ones, from data to base, straight beyond ±Bound, 5 by default, see [bijector.IntegralNet]. Each map has one such network of half the widths Hidden, for all columns; it sees 16 numbers
// that the masked network makes for a column, and has nn.SiLU between its layers, smooth as the integrals' rule wants it. A density costs one pass of each
// masked network and 33 of those under the integral, a sample about one and a search for each number.
//
// Antoine Wehenkel, Gilles Louppe, Unconstrained Monotonic Neural Networks, 2019, arXiv:1908.05164.
func UNAF(a Arch, src rand.Source) *Transformed {
	a = a.withDefaults("UNAF", 3)
	setDefault(&a.Bound, 5)
	const signal = 16
	half := make([]int, len(a.Hidden))
	for i, h := range a.Hidden {
		half[i] = (h + 1) / 2
	}
	return a.whitened(a.autoregressiveOf(func() bijector.Univariate {
		net := bijector.NewIntegralNet(nn.NewMLP(1+signal, half, 1, nn.SiLU, src).ZeroLast().Layers...)
		net.Straight = a.Bound
		return bijector.Inverted{Map: bijector.NewNumeric(net)}
	}, false, src))
}
