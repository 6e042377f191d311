package flow

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/nn/masked"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
)

// An Arch describes a flow for rows of Dim values; the zero value of every
// other field is a good default.
//
// All presets start as the identity, or near it where a map's parameters are alike there, draw random weights from the source that
// they are given (nil is the global one), and end with a
// [bijector.Standardizer], which [Fit] sets from the data, but for [NCSF]; the context is
// standardised by an [nn.Standardizer] in the same way. Without a context, all but [NCSF] and [CNF] begin with a [bijector.Whitener]: where columns
// are strongly correlated, by .3 nats a column or more, and there are at most ten rows for each pair of them, training starts from the normal
// distribution of the rows, and ends with it if nothing better is found, see Settings.Validation. Networks see columns clipped, see Clip,
// so that rows far from all others meet parameters that were trained. They panic if an Arch is not sensible.
type Arch struct {
	// Dim is the number of columns of the data. With one column the affine maps of NICE, RealNVP, MAF and IAF
	// can be nothing but a normal distribution, given the context: take NSF.
	Dim    int
	Cond   int // columns of the context; 0 for none
	Layers int // maps with a network; 0 is the preset's default
	// Hidden are the widths of each network's hidden layers; nil is two of 64.
	Hidden []int
	// Activation is applied after every hidden layer; empty is nn.ReLU.
	Activation nn.Activation
	// Precision is what the networks compute in: by default float32 if a hidden layer has 64 units or more,
	// else float64, see [ByWidth].
	Precision Precision
	// Order lists the columns in the order of the first autoregressive map, and each
	// further one has the reverse of the one before; nil is 0 to Dim−1. Couplings
	// have no use for it.
	Order []int
	// Bins and Bound are those of [bijector.Spline]; 0 are its defaults. Affine
	// maps have no use for them.
	Bins  int
	Bound float64
	// Clip is where the columns that networks see are clipped, in deviations; 0 is 3, negative is
	// nowhere, for data that go on far out as they begin, such as fresh samples; 10 suits proposals for densities with bent tails.
	Clip float64
}

func (a Arch) withDefaults(what string, layers int) Arch {
	if a.Dim <= 0 || a.Cond < 0 || a.Layers < 0 {
		panic(fmt.Sprintf("flow: %s: got Dim %d, Cond %d, Layers %d, want a positive Dim and none negative", what, a.Dim, a.Cond, a.Layers))
	}
	if a.Bins < 0 || !(a.Bound >= 0) || math.IsInf(a.Bound, 1) {
		panic(fmt.Sprintf("flow: %s: got Bins %d, Bound %v, want finite numbers, none negative", what, a.Bins, a.Bound))
	}
	for _, h := range a.Hidden {
		if h < 1 {
			panic(fmt.Sprintf("flow: %s: got Hidden %v, want positive widths", what, a.Hidden))
		}
	}
	if math.IsNaN(a.Clip) {
		panic(fmt.Sprintf("flow: %s: got Clip %v, want a number", what, a.Clip))
	}
	setDefault(&a.Layers, layers)
	setDefault(&a.Clip, 3)
	a.Clip = max(a.Clip, 0)
	if a.Hidden == nil {
		a.Hidden = []int{64, 64}
	}
	if a.Activation == "" {
		a.Activation = nn.ReLU
	}
	a.checkPrecision(what)
	return a
}

// NICE returns a flow of additive couplings, six by default, and a learned
// scale of each column: the map between them preserves volume. Both directions
// cost one pass of each network.
//
// Laurent Dinh, David Krueger, Yoshua Bengio, NICE: Non-linear Independent
// Components Estimation, 2014, arXiv:1410.8516.
func NICE(a Arch, src rand.Source) *Transformed {
	a = a.withDefaults("NICE", 6)
	ones := make([]float64, a.Dim)
	for j := range ones {
		ones[j] = 1
	}
	scale := bijector.NewScale(autodiff.Learned(ones...))
	return a.whitened(append([]bijector.Bijector{scale}, a.couplings(bijector.Additive{}, src)...))
}

// RealNVP returns a flow of affine couplings, six by default, that keep the
// even and the odd columns in turn. Both directions cost one pass of each
// network.
//
// Laurent Dinh, Jascha Sohl-Dickstein, Samy Bengio, Density estimation using
// Real NVP, 2016, arXiv:1605.08803.
func RealNVP(a Arch, src rand.Source) *Transformed {
	a = a.withDefaults("RealNVP", 6)
	return a.whitened(a.couplings(bijector.Affine{}, src))
}

// NSF returns a neural spline flow: couplings, four by default, whose maps are
// rational-quadratic splines. Both directions cost one pass of each network.
//
// Conor Durkan, Artur Bekasov, Iain Murray, George Papamakarios, Neural Spline
// Flows, 2019, arXiv:1906.04032.
func NSF(a Arch, src rand.Source) *Transformed {
	a = a.withDefaults("NSF", 4)
	return a.whitened(a.couplings(a.spline(), src))
}

// MAF returns a masked autoregressive flow: affine maps, five by default, of
// each column given those before it, the order reversed from map to map. A
// density costs one pass of each network, a sample about one too.
//
// George Papamakarios, Theo Pavlakou, Iain Murray, Masked Autoregressive Flow
// for Density Estimation, 2017, arXiv:1705.07057.
func MAF(a Arch, src rand.Source) *Transformed {
	a = a.withDefaults("MAF", 5)
	return a.whitened(a.autoregressive(bijector.Affine{}, false, src))
}

// IAF returns an inverse autoregressive flow: the maps of [MAF] turned around,
// so that the network looks at the base's columns. A sample costs one pass of
// each network, a density about one too.
//
// Diederik Kingma, Tim Salimans, Rafal Jozefowicz, Xi Chen, Ilya Sutskever, Max
// Welling, Improving Variational Inference with Inverse Autoregressive Flow,
// 2016, arXiv:1606.04934.
func IAF(a Arch, src rand.Source) *Transformed {
	a = a.withDefaults("IAF", 5)
	return a.whitened(a.autoregressive(bijector.Affine{}, true, src))
}

// NSFAR returns an autoregressive neural spline flow: the maps of [MAF] with
// splines in place of affine ones. It costs what MAF costs, and the splines.
//
// Conor Durkan, Artur Bekasov, Iain Murray, George Papamakarios, Neural Spline
// Flows, 2019, arXiv:1906.04032.
func NSFAR(a Arch, src rand.Source) *Transformed {
	a = a.withDefaults("NSFAR", 5)
	return a.whitened(a.autoregressive(a.spline(), false, src))
}

func (a *Arch) spline() bijector.Spline { return bijector.Spline{Bins: a.Bins, Bound: a.Bound} }

// whitened returns the flow from a standard normal, or from the normal distribution of the rows where these are few and their columns depend
// strongly on each other. From more rows networks learn that by themselves, a little better.
func (a *Arch) whitened(chain []bijector.Bijector) *Transformed {
	if a.Cond == 0 && a.Dim > 1 && a.Dim <= mostWhitened {
		w := bijector.NewWhitener(a.Dim)
		w.Least, w.MostRows = 0.3, 10
		chain = append([]bijector.Bijector{w}, chain...)
	}
	return a.standardized(chain)
}

// standardized returns the flow from a standard normal.
func (a *Arch) standardized(chain []bijector.Bijector) *Transformed {
	if a.Cond > 0 {
		chain = []bijector.Bijector{bijector.NewEmbedded(nn.NewStandardizer(a.Cond), bijector.Chain(chain))}
	}
	return New(dist.NewStdNormal(a.Dim), append(chain, bijector.NewStandardizer(a.Dim))...)
}

// mostWhitened is the number of columns up to which a matrix of their covariances is small beside networks.
const mostWhitened = 256

// couplings returns couplings that keep the even and the odd columns in turn.
func (a *Arch) couplings(u bijector.Univariate, src rand.Source) []bijector.Bijector {
	var parity [2][]int
	for j := range a.Dim {
		parity[j%2] = append(parity[j%2], j)
	}
	s, _ := u.(bijector.Spline)
	network := func(in, out int) nn.Network {
		if angles := in - a.Cond; angles > 0 && s.Tails == bijector.CircularTails {
			return a.periodic(angles, in, out, src)
		}
		return a.network(in, out, src)
	}
	var chain []bijector.Bijector
	for k := range a.Layers {
		keep := parity[k%2]
		if a.Dim == 1 {
			keep = nil // there is nothing to keep but the context
		}
		c := bijector.NewCoupling(a.Dim, keep, u, a.Cond, network)
		c.Clip = a.Clip
		chain = append(chain, c)
	}
	return chain
}

// network returns a network of the hidden layers that is 0 everywhere.
func (a *Arch) network(in, out int, src rand.Source) *nn.MLP {
	net := nn.NewMLP(in, a.Hidden, out, a.Activation, src).ZeroLast()
	net.Single = a.single()
	return net
}

// autoregressive returns masked maps, inverted ones if so asked, their orders reversed in turn.
func (a *Arch) autoregressive(u bijector.Univariate, invert bool, src rand.Source) []bijector.Bijector {
	return a.autoregressiveOf(func() bijector.Univariate { return u }, invert, src)
}

// autoregressiveOf is like autoregressive with a univariate that is made for each map.
// Within a masked network the first columns see the context through few units, so it first passes a
// network of full width.
func (a *Arch) autoregressiveOf(univariate func() bijector.Univariate, invert bool, src rand.Source) []bijector.Bijector {
	order := a.Order
	if order == nil {
		for j := range a.Dim {
			order = append(order, j)
		}
	}
	cond := a.Cond
	var embedding *nn.MLP
	if cond > 0 && len(a.Hidden) > 0 {
		cond = a.Hidden[0]
		embedding = nn.NewMLP(a.Cond, a.Hidden, cond, a.Activation, src)
		embedding.Single = a.single()
	}
	var chain bijector.Chain
	for range a.Layers {
		u := univariate()
		net := masked.NewMADE(masked.Spec{Dim: a.Dim, Hidden: a.Hidden, Outputs: u.Params(), Cond: cond,
			Act: a.Activation, Order: order}, src).ZeroLast()
		net.Single = a.single()
		b := bijector.NewAutoregressive(net, u)
		b.Clip = a.Clip
		if invert {
			chain = append(chain, bijector.NewInvert(b))
		} else {
			chain = append(chain, b)
		}
		order = slices.Clone(order)
		slices.Reverse(order)
	}
	if embedding != nil {
		return []bijector.Bijector{bijector.NewEmbedded(embedding, chain)}
	}
	return chain
}
