package special

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
)

// The elementary functions with the same bits on every processor, which those of
// package math do not have. Sqrt, Abs, Floor and the like are exact there.

// Exp returns eˣ.
func Exp(x float64) float64 { return kernel.ExpOne(x) }

// Expm1 returns eˣ − 1.
func Expm1(x float64) float64 { return kernel.Expm1One(x) }

// Log returns log x.
func Log(x float64) float64 { return kernel.LogOne(x) }

// Log1p returns log(1+x).
func Log1p(x float64) float64 { return kernel.Log1pOne(x) }

// Pow returns xᵖ.
func Pow(x, p float64) float64 { return kernel.PowOne(x, p) }

// Sin returns sin x.
func Sin(x float64) float64 { return kernel.SinOne(x) }

// Cos returns cos x.
func Cos(x float64) float64 { return kernel.CosOne(x) }

// Tan returns tan x.
func Tan(x float64) float64 { return Sin(x) / Cos(x) }

// Atan returns atan x.
func Atan(x float64) float64 { return kernel.AtanOne(x) }

// Acos returns acos x.
func Acos(x float64) float64 { return 2 * Atan(math.Sqrt((1-x)/(1+x))) }

// Sinh returns sinh x.
func Sinh(x float64) float64 { return kernel.SinhOne(x) }

// Cosh returns cosh x.
func Cosh(x float64) float64 { return kernel.CoshOne(x) }

// Tanh returns tanh x.
func Tanh(x float64) float64 { return kernel.TanhOne(x) }

// Asinh returns asinh x.
func Asinh(x float64) float64 { return kernel.AsinhOne(x) }

// Sigmoid returns 1/(1+e⁻ˣ).
func Sigmoid(x float64) float64 { return kernel.SigmoidOne(x) }

// Hypot1 returns √(1+x²).
func Hypot1(x float64) float64 {
	if x = math.Abs(x); x > 1e8 {
		return x
	}
	return math.Sqrt(kernel.FMA(x, x, 1))
}

// Hypot returns √(x²+y²). That of package math has other bits on other processors.
func Hypot(x, y float64) float64 {
	if x, y = math.Abs(x), math.Abs(y); x < y {
		x, y = y, x
	}
	switch {
	case x > 1e-140 && x < 1e150:
		return math.Sqrt(kernel.FMA(x, x, float64(y*y)))
	case y == 0 || math.IsInf(x, 1):
		return x
	}
	return float64(x * Hypot1(y/x))
}

// LambertW returns the w ≥ 0 with w·eʷ = x, for x ≥ 0.
func LambertW(x float64) float64 { return kernel.LambertWOne(x) }

// LambertWExp returns the w with w·eʷ = eˡ, also where that overflows.
func LambertWExp(l float64) float64 {
	w := [1]float64{l}
	kernel.LambertWExp(w[:], w[:])
	return w[0]
}

// Log1mExp returns log(1 − eˣ) for x ≤ 0.
func Log1mExp(x float64) float64 { return kernel.Log1mExpOne(-x) }

// XLogY returns x·log y, and 0 for x = 0.
func XLogY(x, y float64) float64 {
	if x == 0 && !math.IsNaN(y) {
		return 0
	}
	return x * Log(y)
}
