package special

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
)

// Modified Bessel functions of real order n > −1: by series, and where √(n²+x²) is large by Debye's uniform expansion
// (F. W. J. Olver, Asymptotics and special functions, 1974, chapter 10.7).

// debyeFrom is the √(n²+x²) from which on the expansion has all digits.
const debyeFrom = 100

// debyeTerms are the polynomials Uₖ(p)/pᵏ in p², the coefficients of 1/√(n²+x²)ᵏ at p = n/√(n²+x²), from k = 1.
var debyeTerms = func() (c [32][]float64) {
	// Uₖ₊₁ = ½p²(1−p²)·Uₖ′ + ⅛∫(1−5t²)·Uₖ dt, in the coefficients of p^(k+2i)
	u := []float64{1}
	for k := range c {
		next := make([]float64, k+2)
		for i, a := range u {
			e := float64(k + 2*i)
			next[i] += 0.5*e*a + 0.125*a/(e+1)
			next[i+1] -= 0.5*e*a + 0.625*a/(e+3)
		}
		c[k], u = next, next
	}
	return c
}()

// Debye returns log Σ Uₖ(p)/nᵏ, where Iₙ(x) = Σ·e^η/√(2πs) with s = √(n²+x²) and η = s + n·log(x/(n+s)), and its
// derivatives in s and n; s must be at least 100.
func Debye(n, s float64) (v, ds, dn float64) {
	p, w := n/s, 1/s
	var sum, sumS, sumP float64
	for k, c := range debyeTerms {
		var poly, slope float64
		for i := len(c) - 1; i >= 0; i-- {
			slope = kernel.FMA(slope, p*p, float64(2*i)*c[i])
			poly = kernel.FMA(poly, p*p, c[i])
		}
		sum = kernel.FMA(w, poly, sum)
		sumS -= float64(float64(k+1) * w * poly)
		sumP += float64(w * slope)
		if w *= 1 / s; math.Abs(w) < 1e-18 {
			break
		}
	}
	sumP *= 1 / (1 + sum) // p·d/dp
	ds, dn = (sumS/(1+sum)-sumP)/s, 0
	if n != 0 {
		dn = sumP / n
	}
	return Log1p(sum), ds, dn
}

// DebyeSum returns log Σ Uₖ(p)/nᵏ as Debye does, for s from 20 on: it takes more terms there. Those at p = 0 are the largest.
func DebyeSum(n, s float64) float64 {
	square, w, sum := float64(n/s*(n/s)), 1/s, 0.0
	for _, c := range debyeTerms {
		poly := 0.0
		for i := len(c) - 1; i >= 0; i-- {
			poly = kernel.FMA(poly, square, c[i])
		}
		sum = kernel.FMA(w, poly, sum)
		if w *= 1 / s; w*c[0] < 1e-18 {
			break
		}
	}
	return Log1p(sum)
}

// HypergeometricSeries returns log ₀F₁(a; t) = log Σ tᵏ/(k!·a(a+1)…(a+k−1)) and its derivatives in log t and a, for
// a > 0 and t ≥ 0, in about √t steps.
func HypergeometricSeries(a, t float64) (v, dt, da float64) {
	one := min(a, 1) // the scale, which may be tiny
	sum, term, rise := 0.0, t*(one/a), 1/a
	for k := 1.0; k < 1e5; {
		sum += term
		dt = kernel.FMA(term, k, dt)
		da = kernel.FMA(-term, rise, da)
		if term < 1e-17*(one+sum) && k*(a+k) > t {
			break
		}
		rise += 1 / (a + k)
		term = float64(term * (t / ((k + 1) * (a + k))))
		k++
	}
	if one == 1 {
		v = Log1p(sum)
	} else {
		v = Log(one+sum) - Log(one)
	}
	return v, dt / (one + sum), da / (one + sum)
}

// LogBessel returns log(e⁻ˣ·₀F₁(n+1; x²/4)) = log(e⁻ˣ·Iₙ(x)·Γ(n+1)·(2/x)ⁿ) for n ≥ 0 and x ≥ 0, which is 0 at 0, and its
// derivative in x.
func LogBessel(n, x float64) (v, dx float64) {
	s := Hypot(n, x)
	if s < debyeFrom {
		if x == 0 {
			return 0, -1
		}
		v, dt, _ := HypergeometricSeries(n+1, 0.25*x*x)
		return v - x, 2*dt/x - 1
	}
	l, ds, _ := Debye(n, s)
	up, down := x/(s+n)*x, n/(s+x)*n // s − n and s − x
	dx = -(n+down)/(n+s) + x/s*(ds-0.5/s)
	switch {
	case n == 0:
		return l - 0.5*(log2π+Log(s)), dx
	case x > n:
		v = down - n - float64(n*Log1p(0.5*up/n))
	default:
		v = 0.5*up - float64(n*Log1pMinus(0.5*up/n)) - x
	}
	return v + 0.5*Log(n/s) + Stirling(n) + l, dx
}

// BesselRatio returns a = Iₙ₊₁(x)/Iₙ(x), 1 − a and the derivative of a, for n ≥ 0 and x ≥ 0. 1 − a is right
// to 10⁻¹³ and the derivative to 10⁻¹¹: below s = 100 they are differences.
func BesselRatio(n, x float64) (a, rest, slope float64) {
	s, c := Hypot(n, x), 2*n+1
	switch {
	case x < 1e-8:
		a = x / (c + 1)
		return a, 1 - a, 1 / (c + 1)
	case s < debyeFrom:
		_, dt, _ := HypergeometricSeries(n+1, 0.25*x*x)
		a = 2 * dt / x
		rest = 1 - a
	default:
		_, ds, _ := Debye(n, s)
		fall := float64(x / s * (0.5/s - ds))
		a, rest = x/(n+s)-fall, (n+n/(s+x)*n)/(n+s)+fall
	}
	if x > 50*max(1, c*c) {
		return a, rest, besselRatioSlope(c, x)
	}
	return a, rest, float64(rest*(1+a)) - float64(c/x*a)
}

// besselRatioSlope is the derivative of BesselRatio for x far above c² = (2n+1)², where a = 1 − Σ aₖ/xᵏ by a′ = 1 − a² −
// c·a/x.
func besselRatioSlope(c, x float64) float64 {
	var a [12]float64
	a[1] = 0.5 * c
	w := 1 / x / x
	sum := float64(a[1] * w)
	for m := 2; m < len(a); m++ {
		a[m] = (float64(m-1) - c) * a[m-1]
		for i := 1; i < m; i++ {
			a[m] = kernel.FMA(a[i], a[m-i], a[m])
		}
		a[m] *= 0.5
		w /= x
		sum = kernel.FMA(float64(m)*a[m], w, sum)
	}
	return sum
}
