package pytorch

import (
	"math"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
)

// affineOf returns the part, from data to base, as scale·y + shift, if it is that.
func affineOf(p part, d int) (scale, shift []float64, ok bool) {
	one := autodiff.Fixed(1)
	switch b := p.b.(type) {
	case *bijector.Standardizer:
		scale, shift = slices.Clone(b.Scale.Data()), slices.Clone(b.Shift.Data())
	case *bijector.Diagonal:
		scale, shift = numbersOf(b.Scale, d, 1), numbersOf(b.Shift, d, 0)
	case *bijector.Scale:
		scale, shift = numbersOf(b.By, d, 1), make([]float64, d)
	case *bijector.Shift:
		scale, shift = numbersOf(one, d, 1), numbersOf(b.By, d, 0)
	case *bijector.ActNorm:
		scale, shift = exps(b.LogScale.Data()), slices.Clone(b.Shift.Data())
	case *bijector.BatchNorm:
		gamma, beta := numbersOf(b.Gamma, d, 1), numbersOf(b.Beta, d, 0)
		scale, shift = make([]float64, d), make([]float64, d)
		for j := range d {
			scale[j] = math.Sqrt(b.Var.Data()[j]+b.Eps) / gamma[j]
			shift[j] = b.Mean.Data()[j] - float64(scale[j]*beta[j])
		}
	default:
		return nil, nil, false
	}
	for j := range scale {
		if !p.inverted {
			shift[j], scale[j] = -shift[j]/scale[j], 1/scale[j]
		}
	}
	return scale, shift, true
}

// softclips joins scalings around a Softsign, which are zuko's SoftclipTransform.
func softclips(parts []part) (joined []part) {
	for i := 0; i < len(parts); i++ {
		if i+2 < len(parts) {
			if b, ok := softclipOf(parts[i], parts[i+1], parts[i+2]); ok {
				joined = append(joined, part{b: b, inverted: parts[i+1].inverted})
				i += 2
				continue
			}
		}
		joined = append(joined, parts[i])
	}
	return joined
}

// softclipOf returns the chain x/(1 + |x/B|) that three parts are.
func softclipOf(a, b, c part) (bijector.Bijector, bool) {
	if a.inverted {
		a, c = c, a
	}
	in, first := a.b.(*bijector.Scale)
	_, second := b.b.(*bijector.Softsign)
	out, third := c.b.(*bijector.Scale)
	if !first || !second || !third || a.inverted != b.inverted || b.inverted != c.inverted || in.By.Len() != 1 || out.By.Len() != 1 {
		return nil, false
	}
	bound := out.By.Numbers()[0]
	if !(bound > 0) || in.By.Numbers()[0] != 1/bound {
		return nil, false
	}
	return bijector.Chain{in, &bijector.Softsign{}, out}, true
}
