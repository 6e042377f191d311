package flow

import (
	"math/rand/v2"

	"github.com/normflow/normflow/bijector"
)

// Sylvester returns a Sylvester flow, see [bijector.Sylvester]: eight maps by default, each along as many directions of its own as there are
// columns, but at most 16, turned around so that a density has a formula. With m directions of d columns it costs O(m·d) a row and map, and a sample some ten
// times that. Fields of the Arch have the uses that they have in [Planar].
//
// Rianne van den Berg, Leonard Hasenclever, Jakub M. Tomczak, Max Welling, Sylvester Normalizing Flows for Variational
// Inference, 2018, arXiv:1803.05649.
func Sylvester(a Arch, src rand.Source) *Transformed {
	a = a.withDefaults("Sylvester", 8)
	m := min(a.Dim, 16)
	var chain bijector.Chain
	for range a.Layers {
		chain = append(chain, bijector.NewInvert(bijector.NewSylvester(a.Dim, m, a.contextNet(m*(m+2), src), src)))
	}
	return a.whitened(chain)
}
