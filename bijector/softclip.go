package bijector

import (
	"cmp"
	"math"

	"github.com/normflow/normflow/autodiff"
)

// SoftClip maps the real line to the numbers between low and high, nearly the
// identity between them:
//
//	y = low + s(x − low), or y = high − s(high − x), with one bound
//	y = high − c·s(w − s(x − low)),  w = high − low,  c = w/s(w), with both
//
// where s(v) = h·log(1 + exp(v/h)). Hinge is h > 0, how soft the bends are, and
// 1 if empty; an empty Low or High is no bound. A y at a bound or beyond comes
// from an infinity with log-determinant −∞. It costs about six exponentials and logarithms per element
// with two bounds, half as many with one.
type SoftClip struct{ Low, High, Hinge autodiff.Value }

// NewSoftClip returns a soft clip. It panics unless low < high and the hinge is
// positive.
func NewSoftClip(low, high, hinge autodiff.Value) *SoftClip { return made(&SoftClip{low, high, hinge}) }

// Restore checks the parameters.
func (b *SoftClip) Restore() error {
	return cmp.Or(b.params().check(), ordered("bijector: SoftClip", b.Low, b.High, math.Inf(-1), math.Inf(1)))
}

func (b *SoftClip) params() params {
	return params{
		{"SoftClip: low", &b.Low, finite, math.Inf(-1)},
		{"SoftClip: high", &b.High, finite, math.Inf(1)},
		{"SoftClip: hinge", &b.Hinge, positive, 1},
	}
}

func (b *SoftClip) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	p := b.params()
	switch {
	case b.Low.IsZero() && b.High.IsZero():
		return x, zero(x)
	case b.High.IsZero():
		v, l = scalar(softplusMap, toStandard(x, p[0], p[2]), dir)
		return fromStandard(v, p[0], p[2]), rowSum(l)
	case b.Low.IsZero(): // the same, mirrored at the bound
		v, l = scalar(softplusMap, toStandard(x, p[1], p[2]).Neg(), dir)
		return fromStandard(v.Neg(), p[1], p[2]), rowSum(l)
	}
	low, high, h := p[0].on(x), p[1].on(x), p[2].on(x)
	w := high.Sub(low).Div(h)
	var constant autodiff.Var
	if dir.back() {
		v, l, constant = softClipInverse(x, low, high, h, w)
	} else {
		v, l, constant = softClipForward(x, low, high, h, w)
	}
	if dir.valueOnly() {
		return v, autodiff.Var{}
	}
	return v, l.RowSum().Add(sumOver(constant, x.Cols()))
}

// softClipForward has a formula for x < low, one for about x > high, and one
// between, where y is x and a correction.
func softClipForward(x, low, high, h, w autodiff.Var) (y, ls, constant autodiff.Var) {
	t, none := x.Sub(low).Div(h), x.Tape().Scalar(0)
	u := w.Sub(t.Softplus())
	lt, lu, b := t.LogSigmoid(), u.LogSigmoid(), u.Softplus()
	c := w.Div(w.Softplus())
	ch := c.Mul(h)
	below := low.Sub(ch.Mul(t.Clamp(math.Inf(-1), 0).Sigmoid().Mul(w.Sigmoid()).Neg().Log1p()))
	rest := w.Neg().Softplus().Div(w.Softplus()) // 1 − c
	between := x.Add(h.Mul(lu.Sub(lt).Add(rest.Mul(b))))
	y = autodiff.Where(none.Greater(t), below, autodiff.Where(none.Greater(u), high.Sub(ch.Mul(b)), between))
	return y, lt.Add(lu), rest.Neg().Log1p()
}

// softClipInverse is x = low + h·(log(eᵃ − 1) − log(1 − e⁻ᵇ)) with
// a = (y − low)/ch and b = (high − y)/ch, written as y and a correction.
func softClipInverse(y, low, high, h, w autodiff.Var) (x, ls, constant autodiff.Var) {
	c := w.Div(w.Softplus())
	y = y.Clamp(-0x1p1000, 0x1p1000) // ±∞ would give NaN
	ch, above := c.Mul(h), y.Sub(low)
	_, la := scalar(softplusMap, above.Div(ch), inverse) // −log(1 − e⁻ᵃ)
	_, lb := scalar(softplusMap, high.Sub(y).Div(ch), inverse)
	rest := w.Neg().Softplus().Div(w) // 1/c − 1
	x = y.Add(above.Mul(rest).Add(lb.Sub(la).Mul(h)))
	return x, la.Add(lb), w.LogSigmoid().Add(rest.Log1p())
}
