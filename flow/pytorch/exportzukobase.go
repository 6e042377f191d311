package pytorch

import (
	"math"
	"slices"

	"github.com/normflow/normflow/dist"
)

// zukoBase writes the base distribution.
func (e *exporter) zukoBase(b dist.Distribution) any {
	d := b.Dim()
	zeros, ones := make([]float64, d), slices.Repeat([]float64{1}, d)
	switch b := b.(type) {
	case *dist.StdNormal:
		return e.zukoDistribution("DiagNormal", "loc", zeros, "scale", ones)
	case *dist.Mixture:
		return e.zukoMixture("base.", b)
	case *dist.Columns:
		switch of := b.Of.(type) {
		case *dist.Normal:
			return e.zukoDistribution("DiagNormal", "loc", numbersOf(of.Loc, d, 0), "scale", numbersOf(of.Scale, d, 1))
		case *dist.Uniform:
			return e.zukoDistribution("BoxUniform", "lower", numbersOf(of.Low, d, 0), "upper", numbersOf(of.High, d, 1))
		}
		fail("the base distribution, columns of %s: zuko has no counterpart of it, want a normal or uniform one", kindOf(b.Of))
	}
	fail("the base distribution, %s: zuko has no counterpart of it, want a normal or uniform one", kindOf(b))
	return nil
}

func (e *exporter) zukoDistribution(class, first string, a []float64, second string, b []float64) any {
	e.add("base."+first, a, len(a))
	e.add("base."+second, b, len(b))
	e.say("base", "UnconditionalDistribution", map[string]any{"f": class})
	return call("zuko.lazy.UnconditionalDistribution", map[string]any{first: tensorOf(a), second: tensorOf(b), "buffer": true}, reference("zuko.distributions."+class))
}

// leastScale is the epsilon of zuko's mixtures.
const leastScale = 1e-6

// zukoMixture writes a mixture of normal distributions, all diagonal or none.
func (e *exporter) zukoMixture(p string, m *dist.Mixture) any {
	k, d := len(m.Parts), m.Dim()
	var loc, diagonal, below []float64
	full := false
	for i, part := range m.Parts {
		switch part := part.(type) {
		case *dist.MultivariateNormal:
			loc = append(loc, numbersOf(part.Loc, d, 0)...)
			full = true
			for r := range d {
				diagonal = append(diagonal, part.L.Data()[r*d+r])
				below = append(below, part.L.Data()[r*d:r*d+r]...)
			}
		case *dist.Columns:
			of, ok := part.Of.(*dist.Normal)
			if !ok {
				fail("the base distribution: part %d of the mixture is columns of %s, want normal ones", i, kindOf(part.Of))
			}
			loc, diagonal = append(loc, numbersOf(of.Loc, d, 0)...), append(diagonal, numbersOf(of.Scale, d, 1)...)
		default:
			fail("the base distribution: part %d of the mixture is %s, want a normal distribution", i, kindOf(part))
		}
	}
	if full && len(below) != k*d*(d-1)/2 {
		fail("the base distribution: some parts of the mixture are diagonal, want all or none")
	}
	for i, s := range diagonal {
		if diagonal[i] = math.Log(s - leastScale); !(s > leastScale) {
			fail("the base distribution: part %d of the mixture has scale %v, and zuko's are above %v", i/d, s, leastScale)
		}
	}
	e.add(p+"phi.0", m.Logits.Numbers(), k)
	e.add(p+"phi.1", loc, k, d)
	e.add(p+"phi.2", diagonal, k, d)
	kind := "diagonal"
	if full {
		kind = "full"
		e.add(p+"phi.3", below, k, d*(d-1)/2)
	}
	e.say(trim(p), "GMM", map[string]any{"epsilon": leastScale, "covariance_type": kind})
	return call("zuko.mixtures.GMM", map[string]any{"features": d, "components": k, "covariance_type": kind, "epsilon": leastScale})
}
