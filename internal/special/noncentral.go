package special

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
)

// The noncentral χ² distribution.

// LogNoncentralChiSquare returns the log-density of the noncentral χ² distribution of ν degrees of freedom and
// noncentrality λ at x > 0, and its derivatives in x, ν and λ: with n = ½ν−1 and s = √(n²+λx), by the hypergeometric
// series beside a gamma density, or for large s by Debye's expansion, in r = x/(n+s), near which nothing cancels.
func LogNoncentralChiSquare(x, ν, λ float64) (v, dx, dν, dλ float64) {
	a := 0.5 * ν
	n := a - 1
	s := Hypot(n, math.Sqrt(λ)*math.Sqrt(x))
	switch {
	case s < debyeFrom && ν < leastShape:
		return logPointAndChiSquares(x, ν, λ)
	case s < debyeFrom:
		l, dt, da := HypergeometricSeries(a, 0.25*λ*x)
		dλ = x / (4 * a)
		if λ > 0 {
			dλ = dt / λ
		}
		return LogGammaKernel(a, 0.5*x) - Log(x) - 0.5*λ + l, (n+dt)/x - 0.5, 0.5 * (Log(0.5*x) - Digamma(a) + da), dλ - 0.5
	}
	r, e := x/(n+s), (x-2*n-λ)/(n+s+λ) // e = r − 1
	l, ds, dn := Debye(n, s)
	logR := Log(x) - Log(n+s)
	exponent := float64((n+s)*(logR-e)) + float64(λ*(e-float64(r*logR)))
	if math.Abs(e) < 0.4 {
		logR = Log1p(e)
		exponent = kernel.FMA(n+s, Log1pMinus(e), float64(λ*r*logRatioMinus(1/r, -e/r)))
	}
	ds -= 0.5 / s
	return 0.5*exponent - 0.5*(log2π+Log(s)) - math.Ln2 + l,
		-0.5*e/x*(n+s) + float64(0.5*λ/s*ds), 0.5 * (logR + float64(n/s*ds) + dn), 0.5*e + float64(0.5*x/s*ds)
}

// logPointAndChiSquares is LogNoncentralChiSquare for the smallest ν: p(x) = e^(−½(x+λ))/x·(½ν + t·₀F₁(2; t)), t = ¼λx.
func logPointAndChiSquares(x, ν, λ float64) (v, dx, dν, dλ float64) {
	if λ == 0 {
		return Log(ν) - math.Ln2 - 0.5*x - Log(x), -0.5 - 1/x, 1 / ν, 0.5*x/ν - 0.5
	}
	f, dt, _ := HypergeometricSeries(2, 0.25*λ*x)
	point, rest := Log(ν)-math.Ln2, Log(λ)+Log(x)-2*math.Ln2+f
	top := max(point, rest)
	sum := top + Log1p(Exp(-math.Abs(point-rest)))
	share := Exp(rest - sum)
	return sum - 0.5*(x+λ) - Log(x), (float64(share*(1+dt))-1)/x - 0.5, Exp(point-sum) / ν, float64(Exp(rest-sum-Log(λ))*(1+dt)) - 0.5
}

// LogNoncentralChiSquareTails returns the logarithms of P(X ≤ x) and P(X > x), x > 0, by sums of incomplete gamma
// functions with Poisson weights, all terms positive; ok is false where they would be long.
func LogNoncentralChiSquareTails(x, ν, λ float64) (lower, upper float64, ok bool) {
	a, y, t := max(0.5*ν, math.SmallestNonzeroFloat64), 0.5*x, 0.25*λ*x
	if Hypot(a-1, math.Sqrt(λ)*math.Sqrt(x)) >= debyeFrom && !(y < 0.5*a && t < 2500) {
		return 0, 0, false
	}
	scale := LogGammaKernel(a, y) - Log(a) - 0.5*λ
	if x < ν+λ {
		if lower = scale + Log(noncentralBelow(a, y, t)); lower < -0.4 {
			return lower, Log1mExp(lower), true
		}
		upper = scale + Log(noncentralAbove(a, y, t))
		return Log1mExp(upper), upper, true
	}
	if upper = scale + Log(noncentralAbove(a, y, t)); upper < -0.4 {
		return Log1mExp(upper), upper, true
	}
	lower = scale + Log(noncentralBelow(a, y, t))
	return lower, Log1mExp(lower), true
}

// noncentralBelow returns Σ tʲ/(j!·(a+1)…(a+j))·Tⱼ with Tⱼ = P(a+j, y)·Γ(a+j+1)·eʸ/yᵃ⁺ʲ = 1 + y/(a+j+1)·Tⱼ₊₁, from
// the last to the first; y is not much above a.
func noncentralBelow(a, y, t float64) float64 {
	j := math.Ceil(math.Sqrt(t) + 10*math.Sqrt(math.Sqrt(t)) + 40)
	part := gammaSeries(a+j, y)
	sum := part
	for ; j > 0; j-- {
		part = kernel.FMA(y/(a+j), part, 1)
		sum = kernel.FMA(t/(j*(a+j)), sum, part)
	}
	return sum
}

// noncentralAbove returns a·U₀ + Σ tʲ/(j!·(a+1)…(a+j−1))·Uⱼ with Uⱼ = Q(a+j, y)·Γ(a+j)·eʸ/yᵃ⁺ʲ = ((a+j−1)·Uⱼ₋₁ + 1)/y.
func noncentralAbove(a, y, t float64) float64 {
	part := 0.0                                  // a·U₀
	if _, q := GammaInc(a, y); max(a, y) < 0.5 { // where q is small since a is
		part = q * Exp(y-float64(a*Log(y))+Lgamma1p(a))
	} else if q > 1e-280 {
		part = q / (GammaKernel(a, y) / a)
	} else {
		part = a / gammaFraction(a, y)
	}
	sum, weight := part, t
	if part = (part + 1) / y; y < 1 { // in yʲ·Uⱼ, which cannot overflow
		return sum + noncentralRest(a, y, t/y, sum+1)
	}
	for j := 1.0; j < 1e6; j++ {
		term := weight * part
		sum += term
		if term <= 1e-17*sum && j*(a+j) > t {
			break
		}
		part = kernel.FMA(a+j, part, 1) / y
		weight *= t / ((j + 1) * (a + j))
	}
	return sum
}

// noncentralRest returns Σ hʲ/(j!·(a+1)…(a+j−1))·yʲUⱼ from j = 1, given part = y·U₁.
func noncentralRest(a, y, h, part float64) float64 {
	sum, weight, power := 0.0, h, y
	for j := 1.0; j < 1e6; j++ {
		term := weight * part
		sum += term
		if term <= 1e-17*sum && j > h {
			break
		}
		part = kernel.FMA(a+j, part, power)
		power *= y
		weight *= h / ((j + 1) * (a + j))
	}
	return sum
}
