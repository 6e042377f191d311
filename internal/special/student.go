package special

import "math"

// StudentSides returns P(|T| > t) and P(|T| ≤ t) of Student's t with ν degrees of
// freedom for t ≥ 0; logBeta = log B(ν/2, ½).
func StudentSides(ν, t, logBeta float64) (outside, inside float64) {
	if t > 0x1p300*math.Sqrt(ν) { // t² would overflow; I is xᵃ/(a·B), x = ν/t²
		outside = Exp(-float64(ν*Log(t/math.Sqrt(ν))) - Log(0.5*ν) - logBeta)
		return outside, 1 - outside
	}
	return student(ν, logBeta).Inc(studentShares(ν, t))
}

// student returns the distribution of ν/(ν+T²).
func student(ν, logBeta float64) Beta { return BetaOf(0.5*ν, 0.5, logBeta) }

// studentShares returns ν/(ν+t²) and t²/(ν+t²).
func studentShares(ν, t float64) (x, y float64) {
	if t > 1e150 || ν > 1e300 || t < 1e-150 { // in units of √ν
		t /= math.Sqrt(ν)
		ν = 1
	}
	w := float64(t * t)
	return ν / (ν + w), w / (ν + w)
}

// StudentTail returns P(T > t) for t ≥ 0.
func StudentTail(ν, t, logBeta float64) float64 {
	outside, _ := StudentSides(ν, t, logBeta)
	return 0.5 * outside
}

// StudentInv returns the t ≥ 0 with P(|T| > t) = outside = 1 − inside, of which
// the smaller is used.
func StudentInv(ν, outside, inside, logBeta float64) float64 {
	x, y, logit := student(ν, logBeta).inv(outside, inside)
	if math.Abs(logit) < 600 {
		return math.Sqrt(ν * y / x)
	}
	return math.Sqrt(ν) * Exp(-0.5*logit)
}
