package special

// bernoulli are B₂ₖ/(2k)!.
var bernoulli = [...]float64{1. / 12, -1. / 720, 1. / 30240, -1. / 1209600, 1. / 47900160, -691. / 1307674368000, 1. / 74724249600}

// HurwitzZeta returns Σ (n+a)⁻ˢ over n ≥ 0 for s > 1, a > 0, and its
// derivative in s, by Euler's and Maclaurin's formula from n + a ≥ 14.
func HurwitzZeta(s, a float64) (z, slope float64) {
	for ; a < 14; a++ {
		term := Pow(a, -s)
		z += term
		slope -= float64(term * Log(a))
	}
	l, top := Log(a), Pow(a, -s)
	integral := top * a / (s - 1)
	z += integral + 0.5*top
	slope -= float64(integral*(l+1/(s-1))) + float64(0.5*top*l)
	factor, logSlope := s*top/a, 1/s-l // s(s+1)…·a^(−s−2k+1), and its logarithm's derivative
	for k, b := range bernoulli {
		z += float64(b * factor)
		slope += float64(b * factor * logSlope)
		i := float64(2*k + 1)
		factor *= (s + i) * (s + i + 1) / (a * a)
		logSlope += 1/(s+i) + 1/(s+i+1)
	}
	return z, slope
}
