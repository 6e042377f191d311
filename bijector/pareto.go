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
	const what = "bijector: GeneralizedPareto: loc, scale or concentration"
	loc := rowOr(what, b.Loc, x, 0)
	ξ := row(what, b.Concentration, x)
	negative := x.Tape().Scalar(0).Greater(ξ)
	width := rowOr(what, b.Scale, x, 1).Div(autodiff.Where(negative, ξ, x.Tape().Scalar(-1)).Neg())
	vs, ls := scalar(sigmoidMap, x, dir, loc, loc.Add(width))
	shifted := x
	if dir == inverse {
		shifted = x.Sub(loc)
	}
	vp, lp := scalar(softplusMap, shifted, dir)
	if dir == forward {
		vp = vp.Add(loc)
	}
	return autodiff.Where(negative, vs, vp), autodiff.Where(negative, ls, lp).RowSum()
}

// Forward returns f(x).
func (b *GeneralizedPareto) Forward(x autodiff.Var) autodiff.Var {
	y, _ := b.apply(x, forward)
	return y
}

// Inverse returns f⁻¹(y).
func (b *GeneralizedPareto) Inverse(y autodiff.Var) autodiff.Var {
	x, _ := b.apply(y, inverse)
	return x
}

// ILDJ returns Σⱼ log|dxⱼ/dyⱼ|.
func (b *GeneralizedPareto) ILDJ(y autodiff.Var) autodiff.Var { _, l := b.apply(y, inverse); return l }

// FLDJ returns Σⱼ log|dyⱼ/dxⱼ|.
func (b *GeneralizedPareto) FLDJ(x autodiff.Var) autodiff.Var { _, l := b.apply(x, forward); return l }
