package flow

import (
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
)

// Planar returns a planar flow, see [bijector.Planar]: 16 maps by default, each along a direction of its own, turned around so
// that a density has a formula and costs O(d) a row and map; a sample costs some ten times that. A network of Hidden makes the parameters of each
// from the context; without one, Hidden and Activation have no use, and in any case Clip, Order, Bins and Bound have none. It needs many maps where there are many columns.
//
// Danilo Jimenez Rezende, Shakir Mohamed, Variational Inference with Normalizing Flows, 2015, arXiv:1505.05770.
func Planar(a Arch, src rand.Source) *Transformed {
	a = a.withDefaults("Planar", 16)
	var chain bijector.Chain
	for range a.Layers {
		chain = append(chain, bijector.NewInvert(bijector.NewPlanar(a.Dim, a.contextNet(2*a.Dim+1, src), src)))
	}
	return a.whitened(chain)
}

// Radial returns a radial flow, see [bijector.Radial]: 16 maps by default, each around a point of its own. Both directions have
// a formula and cost O(d) a row and map. Fields of the Arch have the uses that they have in [Planar].
//
// Danilo Jimenez Rezende, Shakir Mohamed, Variational Inference with Normalizing Flows, 2015, arXiv:1505.05770.
func Radial(a Arch, src rand.Source) *Transformed {
	a = a.withDefaults("Radial", 16)
	var chain bijector.Chain
	for range a.Layers {
		chain = append(chain, bijector.NewInvert(bijector.NewRadial(a.Dim, a.contextNet(a.Dim+2, src), src)))
	}
	return a.whitened(chain)
}

// contextNet returns a network from the context that is 0 everywhere, or nil if there is no context.
func (a *Arch) contextNet(out int, src rand.Source) nn.Network {
	if a.Cond == 0 {
		return nil
	}
	return a.network(a.Cond, out, src)
}
