package dist

// LogCDF sets dst[j] = log P(Xⱼ ≤ xⱼ). It panics unless all parts are [CDFer]s.
func (j *Joint) LogCDF(dst, x []float64) []float64 {
	return j.each("LogCDF", dst, x, func(p Distribution, dst, x []float64) { LogCDF(p.(CDFer), dst, x) })
}

// LogSurvival sets dst[j] = log P(Xⱼ > xⱼ). It panics unless all parts are
// [CDFer]s.
func (j *Joint) LogSurvival(dst, x []float64) []float64 {
	return j.each("LogSurvival", dst, x, func(p Distribution, dst, x []float64) { LogSurvival(p.(CDFer), dst, x) })
}

// LogInterval sets dst[j] = log P(aⱼ < Xⱼ ≤ bⱼ), −Inf unless aⱼ < bⱼ. It panics
// unless all parts are [CDFer]s.
func (j *Joint) LogInterval(dst, a, b []float64) []float64 {
	checkLen("LogInterval", len(b), j.Dim())
	at := 0
	return j.each("LogInterval", dst, a, func(p Distribution, dst, a []float64) {
		LogInterval(p.(CDFer), dst, a, b[at:at+len(a)])
		at += len(a)
	})
}

// InverseSurvival sets dst[j] to the smallest x with P(Xⱼ > x) ≤ qⱼ. It panics
// unless all parts are [Quantiler]s and 0 ≤ qⱼ ≤ 1.
func (j *Joint) InverseSurvival(dst, q []float64) []float64 {
	return j.each("InverseSurvival", dst, q, func(d Distribution, dst, q []float64) { InverseSurvival(d.(Quantiler), dst, q) })
}
