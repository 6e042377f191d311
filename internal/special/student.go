package special

import "math"

const sqrtπ = 1.7724538509055160272981674833411451827975494561224

// A Student is Student's t with DF degrees of freedom.
type Student struct {
	DF    float64
	share Beta // of DF/(DF+T²)
}

// NewStudent returns the distribution with ν degrees of freedom; logBeta = log B(ν/2, ½).
func NewStudent(ν, logBeta float64) Student {
	a := max(0.5*ν, math.SmallestNonzeroFloat64)
	return Student{ν, BetaOf(a, 0.5, logBeta)}
}

// Sides returns P(|T| > t) and P(|T| ≤ t) for t ≥ 0.
func (s Student) Sides(t float64) (outside, inside float64) {
	if t > 0x1p300*math.Sqrt(s.DF) { // t² would overflow; x = ν/t²
		return s.share.incAt(Log(s.DF) - 2*Log(t))
	}
	return s.share.Inc(studentShares(s.DF, t))
}

// LogSides returns the logarithms of Sides, also where these underflow.
func (s Student) LogSides(t float64) (outside, inside float64) {
	if t > 0x1p300*math.Sqrt(s.DF) {
		return s.LogSidesFar(Log(t))
	}
	return s.share.LogInc(studentShares(s.DF, t))
}

// LogSidesFar is LogSides given log t, for a t so large that beside t² the degrees of freedom do not count.
func (s Student) LogSidesFar(l float64) (outside, inside float64) {
	if s.share.A <= smallBeta {
		return logs(s.share.incAt(Log(s.DF) - 2*l))
	}
	outside = -float64(s.DF*(l-0.5*Log(s.DF))) - Log(0.5*s.DF) - s.share.LogBeta
	return outside, Log1mExp(outside)
}

// studentShares returns ν/(ν+t²) and t²/(ν+t²).
func studentShares(ν, t float64) (x, y float64) {
	if t > 1e150 || ν > 1e300 || t < 1e-150 { // in units of √ν
		t /= math.Sqrt(ν)
		ν = 1
	}
	w := float64(t * t)
	return ν / (ν + w), w / (ν + w)
}

// Tail returns P(T > t) for t ≥ 0.
func (s Student) Tail(t float64) float64 {
	outside, _ := s.Sides(t)
	return 0.5 * outside
}

// Inv returns the t ≥ 0 with P(|T| > t) = outside = 1 − inside, of which
// the smaller is used.
func (s Student) Inv(outside, inside float64) float64 {
	x, y, logit := s.share.inv(outside, inside)
	if math.Abs(logit) < 600 {
		return math.Sqrt(s.DF * y / x)
	}
	return math.Sqrt(s.DF) * Exp(-0.5*logit)
}
