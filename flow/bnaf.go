package flow

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
)

// BNAF returns a block neural autoregressive flow, see [bijector.BlockAutoregressive]: two maps by default, the order of columns reversed between them, turned around so
// that a density costs one pass of each network, of twice the products of other networks. A sample costs some ten. Hidden widths are rounded up to multiples of
// Dim; nil is two of 64, or of 8·Dim if that is more. The activation is nn.Tanh. A network of Hidden makes the biases of the first layer
// from the context. Clip, Order, Bins and Bound have no use here. It panics with Float32, another activation, or no hidden layer, and starts close to the identity.
//
// Nicola De Cao, Ivan Titov, Wilker Aziz, Block Neural Autoregressive Flow, 2019, arXiv:1904.04676.
func BNAF(a Arch, src rand.Source) *Transformed {
	if a.Activation == "" {
		a.Activation = nn.Tanh
	}
	if a.Hidden == nil {
		a.Hidden = []int{max(64, 8*a.Dim), max(64, 8*a.Dim)}
	}
	a = a.withDefaults("BNAF", 2)
	if a.Precision == Float32 || a.Activation != nn.Tanh || len(a.Hidden) == 0 {
		panic(fmt.Sprintf("flow: BNAF: got Precision %q, activation %q and %d hidden layers, want float64, %q and at least one", string(a.Precision), a.Activation, len(a.Hidden), nn.Tanh))
	}
	a.Precision = Float64
	units := slices.Clone(a.Hidden)
	for i, h := range units {
		units[i] = (h + a.Dim - 1) / a.Dim
	}
	var chain bijector.Chain
	for k := range a.Layers {
		if k > 0 && a.Dim > 1 {
			backwards := bijector.Columns(0, a.Dim)
			slices.Reverse(backwards)
			chain = append(chain, bijector.NewPermute(backwards...))
		}
		chain = append(chain, bijector.NewInvert(bijector.NewBlockAutoregressive(a.Dim, units, a.contextNet(a.Dim*units[0], src), src)))
	}
	return a.whitened(chain)
}
