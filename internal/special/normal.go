package special

import "math"

// Ndtr returns Φ(z), the normal distribution function.
func Ndtr(z float64) float64 { return 0.5 * math.Erfc(-z/math.Sqrt2) }

// NdtrInv returns the z with Φ(z) = p and Φ(−z) = q; the smaller of the two is
// used.
func NdtrInv(p, q float64) float64 {
	if p > q {
		return -NdtrInv(q, p)
	}
	if !(p > 0) {
		if p == 0 {
			return math.Inf(-1)
		}
		return math.NaN()
	}
	if p > 0.1 {
		return math.Sqrt2 * math.Erfinv(2*p-1)
	}
	// The leading terms of Φ(z) ~ φ(z)/|z|, then Halley's steps on Φ/p − 1.
	t := -2 * math.Log(p)
	z := -math.Sqrt(t - math.Log(2*math.Pi*math.Max(t-math.Log(2*math.Pi*t), 1)))
	for range 4 {
		e := 0.5 * math.Erfc(-z/math.Sqrt2)
		u := (e/p - 1) * p / normalDensity(z)
		step := u / (1 + 0.5*z*u)
		z -= step
		if math.Abs(step) < 1e-9*math.Abs(z) {
			break // the error is now of the third power of this
		}
	}
	return z
}

func normalDensity(z float64) float64 { return math.Exp(-0.5*z*z) / math.Sqrt(2*math.Pi) }
