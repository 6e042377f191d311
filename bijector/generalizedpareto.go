package bijector

import "github.com/normflow/normflow/autodiff"

// GeneralizedPareto maps the real line to the support of the generalised
// Pareto distribution, in TFP's way; it is not a distribution function:
//
//	y = loc + log(1 + eˣ)          for ξ ≥ 0
//	y = loc + |scale/ξ|·σ(x)  for ξ < 0
//
// Concentration is ξ. Its sign is that of the parameter in every column when
// the map is applied; Loc and Scale > 0, too, are fixed or learned. The costs
// and the results outside the support are those of [Softplus] and [Sigmoid].
type GeneralizedPareto struct{ Loc, Scale, Concentration autodiff.Value }

// NewGeneralizedPareto returns the map for the given distribution. It panics
// if scale is not positive.
func NewGeneralizedPareto(loc, scale, concentration autodiff.Value) *GeneralizedPareto {
	return made(&GeneralizedPareto{loc, scale, concentration})
}

func (b *GeneralizedPareto) params() params {
	return params{
		{"GeneralizedPareto: loc", &b.Loc, finite, 0},
		{"GeneralizedPareto: scale", &b.Scale, positive, 1},
		{"GeneralizedPareto: concentration", &b.Concentration, finite, required},
	}
}

func (b *GeneralizedPareto) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	ξ := b.params()[2].on(x)
	switch n := negatives(ξ.Data()); n {
	case 0:
		v, l = b.unbounded(x, dir)
	case ξ.Cols():
		v, l = b.bounded(x, ξ, dir)
	default:
		negative := x.Tape().Scalar(0).Greater(ξ)
		v, l = b.unbounded(x, dir)
		vs, ls := b.bounded(x, autodiff.Where(negative, ξ, x.Tape().Scalar(-1)), dir)
		if v = autodiff.Where(negative, vs, v); !dir.valueOnly() {
			l = autodiff.Where(negative, ls, l)
		}
	}
	return summed(v, l)
}

// unbounded is the map for ξ ≥ 0.
func (b *GeneralizedPareto) unbounded(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	loc := b.params()[0]
	if dir.back() {
		return scalar(softplusMap, toStandard(x, loc, param{}), dir)
	}
	v, l = scalar(softplusMap, x, dir)
	return fromStandard(v, loc, param{}), l
}

// bounded is the map for ξ < 0.
func (b *GeneralizedPareto) bounded(x, ξ autodiff.Var, dir direction) (v, l autodiff.Var) {
	loc, scale := b.params().pair(x)
	return scalar(sigmoidMap, x, dir, loc, loc.Add(scale.Div(ξ.Neg())))
}

// negatives returns how many of the values are below 0.
func negatives(x []float64) int {
	n := 0
	for _, v := range x {
		if v < 0 {
			n++
		}
	}
	return n
}
