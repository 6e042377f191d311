package special

import "math"

// StudentSides returns P(|T| > t) and P(|T| ≤ t) of Student's t with ν degrees of
// freedom for t ≥ 0; logBeta = log B(ν/2, ½).
func StudentSides(ν, t, logBeta float64) (outside, inside float64) {
	r := t / math.Sqrt(ν)
	if r > 0x1p300 { // r² would overflow; I is xᵃ/(a·B), x = 1/r²
		outside = Exp(-float64(ν*Log(r)) - Log(0.5*ν) - logBeta)
		return outside, 1 - outside
	}
	w := float64(r * r)
	return BetaInc(0.5*ν, 0.5, 1/(1+w), w/(1+w), logBeta)
}

// StudentTail returns P(T > t) for t ≥ 0.
func StudentTail(ν, t, logBeta float64) float64 {
	outside, _ := StudentSides(ν, t, logBeta)
	return 0.5 * outside
}

// StudentQuantile returns the t ≥ 0 with P(T > t) = p ≤ ½.
func StudentQuantile(ν, p, logBeta float64) float64 {
	if !(p > 0 && p < 0.5) {
		switch {
		case p == 0.5:
			return 0
		case p == 0:
			return math.Inf(1)
		}
		return math.NaN()
	}
	root := math.Sqrt(ν)
	far := -(Log(2*p) + Log(0.5*ν) + logBeta) / ν // log(t/√ν) far out
	if far > 50 {
		return root * Exp(far)
	}
	// The start is that of D. L. Wallace, Bounds on normal approximations to
	// Student's and the chi-square distributions, 1959.
	z := NdtrInv(p, 1-p) * (8*ν + 3) / (8*ν + 1)
	t := root * math.Sqrt(Expm1(min(float64(z*z)/ν, 100)))
	if far > 2 {
		t = root * Exp(far)
	}
	for range 50 { // Halley's method for the logarithm of the tail or for t
		w := float64(t*t) / ν
		density := Exp(math.FMA(-0.5*(ν+1), Log1p(w), -logBeta)) / root
		f := StudentTail(ν, t, logBeta)
		e := (p - f) / density // −Newton's step for F(t) = 1 − p
		if f < 0.25 {          // in log t, where the logarithm of the tail is concave
			h := float64(t*density) / f
			step := (Log(f) - Log(p)) / h
			t *= Exp(min(max(step, -3), 3))
			if math.Abs(step) < 1e-9 {
				break
			}
			continue
		}
		curve := -(ν + 1) * t / (ν + float64(t*t)) // of log density
		step := -e / (1 - float64(0.5*e*curve))
		if t+step <= 0 {
			step = -0.5 * t
		}
		t += step
		if math.Abs(step) < 1e-6*t {
			break
		}
	}
	return t
}
