package special

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
)

// Large shapes: where one is far larger than the other, beta numbers are gamma numbers, and where both are large,
// their logits are normal but for a skewness.

// isGamma says whether −b·log(1−x) is distributed by a gamma distribution of shape a to the last digit.
func isGamma(a, b float64) bool { return b > 1e18*max(a, 1) }

// gammaInv returns inv there.
func (d Beta) gammaInv(p, q float64) (x, y, logit float64) {
	u := LogGammaIncInv(d.A, p, q) - Log(d.B) // of −log y
	g := GammaIncInv(d.A, p, q) / d.B
	if u > -600 {
		u = Log(-Expm1(-g))
	}
	return -Expm1(-g), Exp(-g), u + g
}

// largeInv returns inv by Newton's method for the logarithm of the smaller tail, which is concave in log(x/y), from
// the quantile that the first three cumulants of log(x/y) give.
func (d Beta) largeInv(p, q float64) (x, y, logit float64) {
	if u := (Log(p) + Log(d.A) + d.LogBeta) / d.A; u < -690 { // as in tail
		return Exp(u), 1, u
	}
	if u := (Log(q) + Log(d.B) + d.LogBeta) / d.B; u < -690 {
		return 1, Exp(u), -u
	}
	a, b := 1/d.A, 1/d.B
	z, variance := NdtrInv(p, q), a+b
	u := Log(d.A) - Log(d.B)
	if r := (d.A - d.B) / d.B; math.Abs(r) < 0.5 {
		u = Log1p(r)
	}
	if min(d.A, d.B) > 100 {
		u += float64(z*math.Sqrt(variance)) + float64(0.5*(b-a)) + float64((b-a)*(z*z-1)/6)
	}
	for range 60 {
		if min(d.A, d.B) > 1e15 {
			break // the next cumulant is below the last digit
		}
		x, y := Sigmoid(u), Sigmoid(-u)
		k := LogBetaKernel(d.A, d.B, x, y)
		var step float64
		if p <= q {
			f := betaTail(d.A, d.B, x, y)
			step = (Log(p) - k - Log(f)) * f
		} else {
			f := betaTail(d.B, d.A, y, x)
			step = (k + Log(f) - Log(q)) * f
		}
		u = min(max(u+step, -650), 650)
		if !(math.Abs(step) > 1e-14*math.Sqrt(variance)) {
			break
		}
	}
	if math.IsNaN(u) { // Newton's method left the numbers
		return d.bisect(p, q)
	}
	return Sigmoid(u), Sigmoid(-u), u
}

// bisect returns inv by halving an interval of log(x/y).
func (d Beta) bisect(p, q float64) (x, y, logit float64) {
	lo, hi := -745.0, 745.0
	for range 80 {
		u := 0.5 * (lo + hi)
		if lower, upper := d.IncLogit(u); p <= q && lower < p || p > q && upper > q {
			lo = u
		} else {
			hi = u
		}
	}
	return Sigmoid(hi), Sigmoid(-hi), hi
}

// incAt returns Inc at an x below 1e-280, whose logarithm is l.
func (d Beta) incAt(l float64) (p, q float64) {
	switch b := l + Log(d.B); {
	case b > -40: // a large shape B
		return GammaIncAt(d.A, Exp(b), b)
	case d.A <= smallBeta:
		return d.incSmall(l)
	}
	l = float64(d.A*l) - Log(d.A) - d.LogBeta
	return Exp(l), -Expm1(l)
}

// IncLogit returns Inc at the x with log(x/y) = u, which, or 1 − x, may underflow.
func (d Beta) IncLogit(u float64) (p, q float64) {
	switch {
	case u < -660:
		return d.incAt(u)
	case u > 660:
		q, p = d.mirror().incAt(-u)
		return p, q
	}
	x, y := Sigmoid(u), Sigmoid(-u)
	if isGamma(d.A, d.B) || isGamma(d.B, d.A) || math.IsNaN(d.LogBeta+u) {
		return d.Inc(x, y)
	}
	k := d.kernel(x, y)
	p, q = d.inc(x, y, k)
	rest := kernel.LogitRest(min(x, y), -math.Abs(u)) // how far the rounding of x goes, in u
	change := float64(k * rest)
	if u < 0 {
		change = -change
	}
	return max(p+change, 0), max(q-change, 0)
}
