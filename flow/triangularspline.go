package flow

import (
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
)

// TriangularSpline returns a triangular spline flow, the one of the Python library flowjax: eight layers by default, each of which
// maps every column by a rational-quadratic spline of its own, between a tanh that is linear beyond 3 and its inverse, and mixes
// columns by a triangular matrix, lower and upper in turn. Without a context there is no network: both directions cost O(d²) a
// row and layer. Given one, a network of Hidden adds to the columns of each layer what it makes of the context. Clip, Order and
// Bound have no use here. Its parameters are no weights of networks, and want a larger rate of learning: a Schedule of
// optim.Cosine{Start: 0.02} rather than the default.
//
// The splines are those of Conor Durkan, Artur Bekasov, Iain Murray, George Papamakarios, Neural Spline Flows, 2019,
// arXiv:1906.04032.
func TriangularSpline(a Arch, src rand.Source) *Transformed {
	a = a.withDefaults("TriangularSpline", 8)
	a.Bound = 1 // what tanh maps to
	squash := bijector.NewLeakyTanh(autodiff.Fixed(3))
	var chain bijector.Chain
	for k := range a.Layers {
		if a.Cond > 0 {
			chain = append(chain, &bijector.Coupling{Change: bijector.Columns(0, a.Dim), Map: bijector.Additive{}, Net: a.contextNet(a.Dim, src), Cond: a.Cond})
		}
		mix := bijector.NewTriL(autodiff.LearnedIdentity(a.Dim), autodiff.Learned(make([]float64, a.Dim)...))
		if k%2 == 0 {
			chain = append(chain, mix)
		} else {
			chain = append(chain, bijector.NewReverse(a.Dim), mix, bijector.NewReverse(a.Dim))
		}
		chain = append(chain, squash, bijector.NewElementwise(a.Dim, a.spline()), bijector.NewInvert(squash))
	}
	return a.whitened(chain)
}
