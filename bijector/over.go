package bijector

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
)

// log1pOver sets q = log(1 + c·x)/c, and x where c = 0.
func log1pOver(q, x, c []float64) {
	kernel.Mul(q, x, c)
	kernel.Log1p(q, q)
	for i, v := range c {
		q[i] = over(q[i], v, x[i])
	}
}

// over returns a/c, and x where c·x vanishes.
func over(a, c, x float64) float64 {
	if c*x == 0 {
		return x
	}
	return a / c
}

// expm1Over sets y = (exp(c·l) − 1)/c, and l where c = 0.
func expm1Over(y, l, c []float64) {
	kernel.Mul(y, l, c)
	kernel.Expm1(y, y)
	for i, v := range c {
		y[i] = over(y[i], v, l[i])
	}
}

// log1pOverGrad returns ∂q/∂c of q = log(1 + c·x)/c:
//
//	(x/(1+c·x) − q)/c = x²·Σ (−1)ᵏ⁺¹·(k+1)/(k+2)·(c·x)ᵏ
func log1pOverGrad(c, x, q float64) float64 {
	u := float64(c * x)
	if math.Abs(u) > 0.03 {
		return (x/(1+u) - q) / c
	}
	s := 0.0
	for k := 9; k >= 0; k-- {
		s = math.FMA(-s, u, -float64(k+1)/float64(k+2))
	}
	return float64(float64(x*x) * s)
}

// expm1OverGrad returns ∂y/∂c of y = (exp(c·l) − 1)/c:
//
//	(l·exp(c·l) − y)/c = l²·Σ (c·l)ᵏ·(k+1)/(k+2)!
func expm1OverGrad(c, l, y float64) float64 {
	u := c * l
	if math.Abs(u) > 0.3 {
		return (math.FMA(l*c, y, l) - y) / c
	}
	s, term := 0.0, 1.0 // term is uᵏ/(k+2)!
	for k := range 13 {
		term /= float64(k + 2)
		s = math.FMA(float64(k+1), term, s)
		term *= u
	}
	return float64(float64(l*l) * s)
}
