package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// LambertWTail gives a normal the heavy tails of Tukey's h:
//
//	y = shift + scale·z·exp(δz²/2),  z = (x − shift)/scale
//	log y′ = δz²/2 + log(1 + δz²)
//
// Shift and Scale > 0 are 0 and 1 if empty, Tailweight is δ ≥ 0 (learned δ > 0);
// the k-th moment exists for δ < 1/k. The inverse is z·exp(−W(δz²)/2) with
// Lambert's W. It costs an exponential and a logarithm per element forward, and
// about four logarithms backward.
//
// G. M. Goerg, Lambert W random variables, 2011, arXiv 0912.4554, and The
// Lambert way to Gaussianize heavy-tailed data, 2010, arXiv 1010.2265.
type LambertWTail struct{ Shift, Scale, Tailweight autodiff.Value }

// NewLambertWTail returns a heavy-tailed map. It panics if scale is not
// positive or tail weight negative.
func NewLambertWTail(shift, scale, tailweight autodiff.Value) *LambertWTail {
	return made(&LambertWTail{shift, scale, tailweight})
}

func (b *LambertWTail) params() params {
	return params{
		{"LambertWTail: shift", &b.Shift, finite, 0},
		{"LambertWTail: scale", &b.Scale, positive, 1},
		{"LambertWTail: tailweight", &b.Tailweight, nonnegative, required},
	}
}

var lambertMap = newScalar("LambertWTail", scalarMap{
	forward: func(y, ls, x []float64, a scalarArgs) {
		kernel.Mul(ls, a.theta[0], x) // first, for δ = 0 and v² = ∞
		kernel.Mul(ls, ls, x)
		kernel.Scale(y, ls, 0.5)
		kernel.Exp(y, y)
		kernel.Mul(y, y, x)
		lambertSlope(ls, a)
	},
	inverse: func(x, ls, y []float64, a scalarArgs) {
		lambertW(ls, y, a)
		kernel.Scale(x, ls, -0.5)
		kernel.Exp(x, x)
		kernel.Mul(x, x, y)
		for i, w := range ls {
			if w > 1 { // no cancellation between y and a small exponential
				x[i] = math.Copysign(math.Sqrt(w/a.theta[0][i]), y[i])
			}
		}
		lambertSlope(ls, a)
		kernel.Scale(ls, ls, -1)
	},
	derive: func(d derivatives) {
		for i, v := range d.x {
			δ, q := d.theta[0][i], float64(v*v)
			p := 1 + float64(δ*v*v)
			d.lsByX[i] = δ * v * (1 + 2/p)
			d.yByTheta[0][i] = 0.5 * q * d.y[i]
			d.lsByTheta[0][i] = q * (0.5 + 1/p)
		}
	},
})

// lambertSlope sets q to q/2 + log(1 + q).
func lambertSlope(q []float64, a scalarArgs) {
	if a.valueOnly {
		return
	}
	l := a.temp(len(q))
	kernel.Log1p(l, q)
	for i, v := range l {
		q[i] = kernel.FMA(0.5, q[i], v)
	}
}

// lambertW sets w = W(δy²), also where y² overflows.
func lambertW(w, y []float64, a scalarArgs) {
	l := a.temp(len(y))
	kernel.Mul(w, a.theta[0], y)
	kernel.Mul(w, w, y)
	copy(l, w)
	kernel.LambertW(w, w)
	for i, v := range l {
		if math.IsInf(v, 1) && !math.IsInf(y[i], 0) {
			l[0] = a.log(a.theta[0][i]) + 2*a.log(math.Abs(y[i]))
			kernel.LambertWExp(w[i:i+1], l[:1])
		}
	}
}

func (b *LambertWTail) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	p := b.params()
	v, l = scalar(lambertMap, toStandard(x, p[0], p[1]), dir, p[2].on(x))
	return fromStandard(v, p[0], p[1]), rowSum(l)
}
