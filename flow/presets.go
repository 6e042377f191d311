package flow

import (
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
)

// An Arch describes a flow for rows of Dim numbers; the zero value of every
// other field is a good default.
type Arch struct {
	Dim    int // columns of the data
	Cond   int // columns of the context; 0 for none
	Layers int // maps with a network; 0 is the preset's default
	// Hidden are the widths of each network's hidden layers; nil is two of 64.
	Hidden []int
	// Activation is applied after every hidden layer; empty is nn.ReLU.
	Activation nn.Activation
	// Bins and Bound are those of [bijector.Spline]; 0 are its defaults.
	Bins  int
	Bound float64
}

func (a Arch) withDefaults(what string, layers int) Arch {
	if a.Dim <= 0 || a.Cond < 0 || a.Layers < 0 {
		panic(fmt.Sprintf("flow: %s: got Dim %d, Cond %d, Layers %d, want a positive Dim and none negative", what, a.Dim, a.Cond, a.Layers))
	}
	setDefault(&a.Layers, layers)
	if a.Hidden == nil {
		a.Hidden = []int{64, 64}
	}
	if a.Activation == "" {
		a.Activation = nn.ReLU
	}
	return a
}

// network makes the networks of a, with zeros in the last layer: a flow starts
// as the identity.
func (a Arch) network(src rand.Source) func(in, out int) nn.Network {
	return func(in, out int) nn.Network {
		return nn.NewMLP(in, a.Hidden, out, a.Activation, src).ZeroLast()
	}
}

// RealNVP returns a flow of affine couplings, six by default, that keep the
// even and the odd columns in turn. Both directions cost one pass of each
// network. Random weights are drawn from src; nil is the global source.
//
// It ends with a [bijector.Standardizer], which [Fit] sets from the data. It
// panics if a is not sensible.
//
// Laurent Dinh, Jascha Sohl-Dickstein, Samy Bengio, Density estimation using
// Real NVP, 2016, arXiv:1605.08803.
func RealNVP(a Arch, src rand.Source) *Transformed {
	a = a.withDefaults("RealNVP", 6)
	return couplings(a, bijector.Affine{}, src)
}

// NSF returns a neural spline flow: couplings, four by default, whose maps are
// rational-quadratic splines. Otherwise it is like [RealNVP].
//
// Conor Durkan, Artur Bekasov, Iain Murray, George Papamakarios, Neural Spline
// Flows, 2019, arXiv:1906.04032.
func NSF(a Arch, src rand.Source) *Transformed {
	a = a.withDefaults("NSF", 4)
	return couplings(a, bijector.Spline{Bins: a.Bins, Bound: a.Bound}, src)
}

// couplings returns a flow of couplings that keep the even and the odd columns
// in turn.
func couplings(a Arch, u bijector.Univariate, src rand.Source) *Transformed {
	var parity [2][]int
	for j := range a.Dim {
		parity[j%2] = append(parity[j%2], j)
	}
	var chain []bijector.Bijector
	for k := range a.Layers {
		keep := parity[k%2]
		if a.Dim == 1 {
			keep = nil // there is nothing to keep but the context
		}
		chain = append(chain, bijector.NewCoupling(a.Dim, keep, u, a.Cond, a.network(src)))
	}
	return New(dist.NewStdNormal(a.Dim), append(chain, bijector.NewStandardizer(a.Dim))...)
}
