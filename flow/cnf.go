package flow

import (
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
)

// CNF returns a continuous normalizing flow, see [bijector.Continuous]: one map by default, along a velocity that
// is a network of at most two hidden layers and sees the time as sines and cosines of three frequencies. The activation is nn.Tanh, or nn.Softplus; nn.ELU is less exact, see there. Clip, Order, Bins and
// Bound have no use here. It panics with Float32, another activation or more hidden layers. Both directions cost some 20 to 60 passes of the network before a training, up to 140 after one by likelihood on two moons; Tol of the map says
// how exact they are, and a training may have a larger one than the model that it is for; Kinetic of the map makes a training by likelihood straighten the paths. [Match] trains it in a fraction of the time that [Fit] takes.
//
// Will Grathwohl, Ricky T. Q. Chen, Jesse Bettencourt, Ilya Sutskever, David Duvenaud, FFJORD: Free-form
// Continuous Dynamics for Scalable Reversible Generative Models, 2018, arXiv:1810.01367.
func CNF(a Arch, src rand.Source) *Transformed {
	if a.Activation == "" {
		a.Activation = nn.Tanh
	}
	a = a.withDefaults("CNF", 1)
	if a.Precision == Float32 {
		panic("flow: CNF: got Precision float32, want float64")
	}
	const frequencies = 3
	var chain []bijector.Bijector
	for range a.Layers {
		net := nn.NewMLP(a.Dim+2*frequencies+a.Cond, a.Hidden, a.Dim, a.Activation, src).ZeroLast()
		chain = append(chain, bijector.NewContinuous(net, frequencies, a.Cond))
	}
	return a.standardized(chain)
}
