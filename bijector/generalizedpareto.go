package bijector

import (
	"cmp"
	"math"

	"github.com/normflow/normflow/autodiff"
)

// GeneralizedPareto maps the real line to the support of the generalised
// Pareto distribution, in TFP's way; it is not a distribution function:
//
//	y = loc + log(1 + eˣ)          for ξ ≥ 0
//	y = loc + |scale/ξ|·σ(x)  for ξ < 0
//
// Concentration is ξ. Its sign is that of the parameter in every column when
// the map is applied; Loc and Scale > 0, too, are fixed or learned. The costs
// and what happens outside the support are those of [Softplus] and [Sigmoid].
type GeneralizedPareto struct{ Loc, Scale, Concentration autodiff.Value }

// NewGeneralizedPareto returns the map for the given distribution. It panics
// if scale is not positive.
func NewGeneralizedPareto(loc, scale, concentration autodiff.Value) *GeneralizedPareto {
	const what = "bijector: GeneralizedPareto"
	b := &GeneralizedPareto{Loc: loc, Scale: positive(what+": scale", scale), Concentration: concentration}
	must(b.Restore())
	return b
}

// Restore checks the numbers.
func (b *GeneralizedPareto) Restore() error {
	const what = "bijector: GeneralizedPareto"
	return cmp.Or(locScale(what, b.Loc, b.Scale), present(what+": concentration", b.Concentration, math.Inf(-1), math.Inf(1)))
}

func (b *GeneralizedPareto) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	ξ := row("bijector: GeneralizedPareto: concentration", b.Concentration, x)
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
	const what = "bijector: GeneralizedPareto: loc"
	if dir.back() {
		return scalar(softplusMap, toStandard(what, x, b.Loc, autodiff.Value{}), dir)
	}
	v, l = scalar(softplusMap, x, dir)
	return fromStandard(what, v, b.Loc, autodiff.Value{}), l
}

// bounded is the map for ξ < 0.
func (b *GeneralizedPareto) bounded(x, ξ autodiff.Var, dir direction) (v, l autodiff.Var) {
	loc := rowOr("bijector: GeneralizedPareto: loc", b.Loc, x, 0)
	width := rowOr("bijector: GeneralizedPareto: scale", b.Scale, x, 1).Div(ξ.Neg())
	return scalar(sigmoidMap, x, dir, loc, loc.Add(width))
}

// negatives returns how many of the numbers are below 0.
func negatives(x []float64) int {
	n := 0
	for _, v := range x {
		if v < 0 {
			n++
		}
	}
	return n
}
