package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// LambertWNormal is the normal distribution with heavy tails, that of
// μ + σ·u·exp(½δu²) with u standard normal: Goerg, The Lambert way to Gaussianize
// heavy-tailed data, arXiv 1010.2265.
type LambertWNormal struct {
	Loc, Scale autodiff.Value
	Tailweight autodiff.Value `file:"Tailweight,Tail"`
}

// NewLambertWNormal returns d independent heavy-tailed normal columns with
// δ = tailweight. It panics unless scale and tailweight are positive.
func NewLambertWNormal(d int, loc, scale, tailweight autodiff.Value) *Columns {
	return NewColumns(d, &LambertWNormal{loc, positive("NewLambertWNormal", "scale", scale), positive("NewLambertWNormal", "tailweight", tailweight)})
}

func (l *LambertWNormal) values() values  { return values{l.Loc, l.Scale, l.Tailweight} }
func (l *LambertWNormal) family() *family { return lambertWNormalFamily }

var lambertWNormalFamily = &family{
	name: "LambertWNormal", params: []string{"loc", "scale", "tailweight"}, kind: locScale,
	logDensity: func(z autodiff.Var, p vars) autodiff.Var { return lambertWOp.of(z, p[2]) },
	high:       func(_, l, _ autodiff.Var, p vars) autodiff.Var { return lambertHighOp.of(l, p[2]) },
	highTails: func(l, sign float64, p nums) (float64, float64) {
		return normalTails(sign * math.Sqrt(special.LambertWExp(special.Log(p[2])+2*l)/p[2]))
	},
	cdf:      func(z float64, p nums) float64 { return lambertTail(-z, p[2]) },
	sf:       func(z float64, p nums) float64 { return lambertTail(z, p[2]) },
	quantile: lambertQuantile,
	of:       func(z float64, p nums) float64 { return lambertForward(z, p[2]) },
	normal:   true,
	mean: func(p nums) float64 {
		if p[2] >= 1 {
			return math.NaN()
		}
		return 0
	},
	variance: func(p nums) float64 { // E u²·exp(δu²) = (1−2δ)^(−3/2)
		switch {
		case p[2] >= 1:
			return math.NaN()
		case p[2] >= 0.5:
			return math.Inf(1)
		}
		return special.Pow(1-2*p[2], -1.5)
	},
	mode: always(0),
}

// lambertTail returns P(Z > z), with what the rounding of u takes from it.
func lambertTail(z, δ float64) float64 {
	u := lambertInverse(z, δ)
	return normalTail(u, kernel.FMA(z, lambertShrink(u, δ), -u)/kernel.FMA(δ*u, u, 1))
}

// lambertShrink returns exp(−½δu²), with what the rounding of δu² takes from it.
func lambertShrink(u, δ float64) float64 {
	square := float64(u * u)
	t := float64(δ * square)
	e := special.Exp(-0.5 * t)
	if !(t < 1400) {
		return e
	}
	low := kernel.FMA(δ, square, -t) + float64(δ*kernel.FMA(u, u, -square))
	return kernel.FMA(-0.5*low, e, e)
}

// lambertQuantile stretches the normal quantile.
func lambertQuantile(lower, upper float64, p nums) float64 {
	u, rest := normalQuantile(lower, upper)
	δ := p[2]
	grow := 1 / lambertShrink(u, δ)
	x := u * grow
	if rest == 0 || math.IsInf(grow, 1) {
		return x
	}
	return kernel.FMA(rest, grow*kernel.FMA(δ*u, u, 1), x)
}

func lambertForward(u, δ float64) float64 { return u * special.Exp(0.5*δ*u*u) }

// lambertW returns W(δz²), W being Lambert's function.
func lambertW(z, δ float64) float64 {
	if y := δ * z * z; y > 1e-280 && y < 1e280 {
		return special.LambertW(y)
	}
	return special.LambertWExp(special.Log(δ) + 2*special.Log(math.Abs(z)))
}

// lambertInverse returns u = sign(z)·√(W(δz²)/δ) = z·exp(−½W).
func lambertInverse(z, δ float64) float64 { return lambertAt(z, lambertW(z, δ), δ) }

// lambertAt is lambertInverse given w = W(δz²).
func lambertAt(z, w, δ float64) float64 {
	if w > 0.5 {
		return math.Copysign(math.Sqrt(w/δ), z)
	}
	return z * special.Exp(-0.5*w)
}

// lambertWOp has inputs z and δ: log φ(u) − ½w − log(1+w) with w = W(δz²) = δu², so that du/dz = e^(−½w)/(1+w) and
// dw/dδ = u²/(1+w).
var lambertWOp = newFused("LambertW",
	func(x args) float64 {
		w := lambertW(x[0], x[1])
		u := lambertAt(x[0], w, x[1])
		return float64(-0.5*u*u) - 0.5*w - special.Log1p(w) - 0.5*log2π
	},
	func(x args) args {
		w := lambertW(x[0], x[1])
		u := lambertAt(x[0], w, x[1])
		slope := 1 + 2/(1+w)
		return args{
			-u * special.Exp(-0.5*w) * kernel.FMA(x[1], slope, 1) / (1 + w),
			float64(0.5*u*u) / (1 + w) * (float64(u*u) - slope),
		}
	})

// lambertHighOp has inputs l = log|z| and δ: log N(u) + log du/dz with u² = w/δ and du/dz = u/z/(1+w).
var lambertHighOp = newFused("LambertHigh",
	func(x args) float64 {
		l, δ := x[0], x[1]
		w := special.LambertWExp(special.Log(δ) + 2*l)
		square := w / δ
		if math.IsInf(square, 1) {
			return math.Inf(-1)
		}
		return 0.5*(special.Log(square)-square) - special.Log1p(w) - l - log2π/2
	},
	func(x args) args {
		l, δ := x[0], x[1]
		w := special.LambertWExp(special.Log(δ) + 2*l)
		byLog := (0.5*(1-w/δ) - w/(1+w)) / (1 + w) // in log δz²
		return args{2*byLog - 1, (byLog + 0.5*(w/δ-1)) / δ}
	})
