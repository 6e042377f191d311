package special

import "math"

// Erfcx returns e^(x²)·erfc(x).
func Erfcx(x float64) float64 {
	if x < 10 {
		hi := x * x
		lo := math.FMA(x, x, -hi) // the digits that the square lost
		return math.Exp(hi) * (1 + lo) * math.Erfc(x)
	}
	// Asymptotic: 1/(x√π)·Σ (−1)ᵏ(2k−1)!!/(2x²)ᵏ, small beyond x = 10.
	u := 0.5 / x / x
	s := 1.0
	for k := 12.0; k > 0; k-- {
		s = 1 - (2*k-1)*u*s
	}
	return s / (x * math.Sqrt(math.Pi))
}

// LogNdtr returns log Φ(z).
func LogNdtr(z float64) float64 {
	switch {
	case z > 0:
		return math.Log1p(-0.5 * math.Erfc(z/math.Sqrt2))
	case z > -5:
		return math.Log(0.5 * math.Erfc(-z/math.Sqrt2))
	}
	return math.FMA(-0.5*z, z, math.Log(0.5*Erfcx(-z/math.Sqrt2)))
}

// Hazard returns φ(z)/Φ(z), the derivative of log Φ.
func Hazard(z float64) float64 {
	if z > 5 {
		return normalDensity(z) / Ndtr(z)
	}
	return math.Sqrt(2/math.Pi) / Erfcx(-z/math.Sqrt2)
}
