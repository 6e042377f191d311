package flow

import (
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/bijector"
)

// Residual returns a residual flow, see [bijector.Residual]: eight maps by default, turned around so that a density costs one pass of each network and
// Dim more for its exact log-determinant. A sample costs some six times that. From 12 columns on [Fit] goes by an
// unbiased estimate of the log-determinants, which costs some ten passes for any Dim, see [bijector.Estimator]; scores stay exact. The networks have LipSwish between layers; a
// network of Hidden, with Activation, makes biases from the context. Clip, Order, Bins and Bound have no use here. It panics with Float32, or no hidden layer.
//
// Jens Behrmann, Will Grathwohl, Ricky T. Q. Chen, David Duvenaud, Jörn-Henrik Jacobsen, Invertible Residual Networks, 2018,
// arXiv:1811.00995; Ricky T. Q. Chen, Jens Behrmann, David Duvenaud, Jörn-Henrik Jacobsen, Residual Flows for Invertible Generative
// Modeling, 2019, arXiv:1906.02735.
func Residual(a Arch, src rand.Source) *Transformed {
	a = a.withDefaults("Residual", 8)
	if a.Precision == Float32 || len(a.Hidden) == 0 {
		panic(fmt.Sprintf("flow: Residual: got Precision %q and %d hidden layers, want float64 and at least one", string(a.Precision), len(a.Hidden)))
	}
	a.Precision = Float64
	var chain bijector.Chain
	for range a.Layers {
		chain = append(chain, bijector.NewInvert(bijector.NewResidual(a.Dim, a.Hidden, a.contextNet(a.Hidden[0], src), src)))
	}
	return a.whitened(chain)
}
