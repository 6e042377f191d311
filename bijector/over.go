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
	kernel.Div(y, y, c)
	for i, v := range l {
		if c[i]*v == 0 {
			y[i] = v
		}
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
	for k := len(log1pSeries) - 1; k >= 0; k-- {
		s = kernel.FMA(s, u, log1pSeries[k])
	}
	return float64(float64(x*x) * s)
}

var log1pSeries = [10]float64{-1.0 / 2, 2.0 / 3, -3.0 / 4, 4.0 / 5, -5.0 / 6, 6.0 / 7, -7.0 / 8, 8.0 / 9, -9.0 / 10, 10.0 / 11}

// expm1OverGrad returns ∂y/∂c of y = (exp(c·l) − 1)/c:
//
//	(l·exp(c·l) − y)/c = l²·Σ (c·l)ᵏ·(k+1)/(k+2)!
func expm1OverGrad(c, l, y float64) float64 {
	u := float64(c * l)
	if math.Abs(u) > 0.3 {
		return (kernel.FMA(u, y, l) - y) / c
	}
	s := 0.0
	for k := len(expm1Series) - 1; k >= 0; k-- {
		s = kernel.FMA(s, u, expm1Series[k])
	}
	return float64(float64(l*l) * s)
}

var expm1Series = [12]float64{1.0 / 2, 1.0 / 3, 1.0 / 8, 1.0 / 30, 1.0 / 144, 1.0 / 840, 1.0 / 5760, 1.0 / 45360,
	1.0 / 403200, 1.0 / 3991680, 1.0 / 43545600, 1.0 / 518918400}
