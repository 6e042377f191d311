package flow

import (
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/internal/rng"
)

// NAF returns a neural autoregressive flow: the maps of [MAF] with deep sigmoidal ones in place of affine ones, a mixture of
// Bins logistic distribution functions, 8 by default, from data to base, with a logit: see [bijector.MixtureCDF]. A density costs one pass of each network, a sample
// about one too, and a search for each number.
//
// Chin-Wei Huang, David Krueger, Alexandre Lacoste, Aaron Courville, Neural Autoregressive Flows, 2018,
// arXiv:1804.00779.
func NAF(a Arch, src rand.Source) *Transformed {
	a = a.withDefaults("NAF", 3)
	return a.whitened(a.autoregressive(bijector.Inverted{Map: bijector.MixtureCDF{Components: a.Bins, Logistic: true}}, false, src))
}

// SOSPF returns a sum-of-squares polynomial flow: the maps of [MAF] with integrals of squares of Bins polynomials, 3 by default, of degree 4 in place of affine
// ones, from data to base, straight beyond ±Bound, 3 by default, see [bijector.SOSPolynomial]. It costs what NAF costs.
//
// Priyank Jaini, Kira A. Selby, Yaoliang Yu, Sum-of-Squares Polynomial Flow, 2019, arXiv:1905.02325.
func SOSPF(a Arch, src rand.Source) *Transformed {
	a = a.withDefaults("SOSPF", 3)
	setDefault(&a.Bound, 3) // farther out no rows hold the polynomials
	m := bijector.SOSPolynomial{Polynomials: a.Bins, Bound: a.Bound, Straight: true}
	return a.whitened(a.autoregressive(bijector.Inverted{Map: m}, false, src))
}

// BPF returns a Bernstein polynomial flow: the maps of [MAF] with Bernstein polynomials of degree Bins and a little, 16 by default, on [−Bound, Bound] in
// place of affine ones, from data to base, see [bijector.Bernstein]. It costs what NAF costs.
//
// Marcel Arpogaus et al., Short-Term Density Forecasting of Low-Voltage Load using Bernstein-Polynomial Normalizing
// Flows, 2022, arXiv:2204.13939.
func BPF(a Arch, src rand.Source) *Transformed {
	a = a.withDefaults("BPF", 3)
	m := bijector.Bernstein{Degree: a.Bins, Bound: a.Bound}
	return a.whitened(a.autoregressive(bijector.Inverted{Map: m}, false, src))
}

// GF returns a Gaussianization flow: maps of each column by itself, six by default, by a mixture of Bins normal distribution functions, 8 by
// default, and the normal quantile function, see [bijector.MixtureCDF], with learned rotations between them. There are
// no networks but those of the context. A density costs O(Bins + Dim) for each number, a sample as much and a search. Order, Bound and Clip have no use here.
//
// Chenlin Meng, Yang Song, Jiaming Song, Stefano Ermon, Gaussianization Flows, 2020, arXiv:2003.01941.
func GF(a Arch, src rand.Source) *Transformed {
	a = a.withDefaults("GF", 6)
	m := bijector.Inverted{Map: bijector.MixtureCDF{Components: a.Bins}}
	r := rand.New(rng.Or(src))
	var chain []bijector.Bijector
	for k := range a.Layers {
		if k > 0 && a.Dim > 1 {
			turn := autodiff.NewParam(a.Dim, a.Dim, nil)
			for i := range turn.Data() {
				turn.Data()[i] = r.NormFloat64()
			}
			chain = append(chain, bijector.NewRotation(turn))
		}
		if a.Cond == 0 {
			chain = append(chain, bijector.NewElementwise(a.Dim, m))
			continue
		}
		chain = append(chain, bijector.NewCoupling(a.Dim, nil, m, a.Cond, func(in, out int) nn.Network {
			return a.network(in, out, src)
		}))
	}
	return a.whitened(chain)
}
