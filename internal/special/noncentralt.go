package special

import (
	"math"
	"slices"

	"github.com/normflow/normflow/internal/kernel"
)

// The noncentral t distribution, of (Z+δ)/U for a normal Z and a U distributed as √(χ²/ν): integrals over log U.

// around visits points q and weights w such that Σ w·g(q) is ∫ g(q)·exp(−h(q)) dq, for an h that rises on both sides
// of 0 and has about the curvature c there, or less: by Gauss's quadrature on growing panels.
func around(c float64, h func(q float64) float64, visit func(q, w float64)) {
	for _, sign := range [2]float64{1, -1} {
		from, to := 0.0, 1/math.Sqrt(c)
		for range 1100 {
			half, mid := 0.5*(to-from), 0.5*(to+from)
			for _, n := range gauss {
				for _, q := range [2]float64{sign * kernel.FMA(half, n[0], mid), sign * kernel.FMA(-half, n[0], mid)} {
					visit(q, float64(half*n[1]*Exp(-h(q))))
				}
			}
			if !(h(sign*to) < 45) {
				break
			}
			from, to = to, 1.5*to
		}
	}
}

// sureShift is the noncentrality beyond which the normal variable beside it is nothing.
const sureShift = 1e140

// LogNoncentralTDensity returns the log-density of the noncentral t distribution of ν degrees of freedom and
// noncentrality δ at t.
func LogNoncentralTDensity(t, ν, δ float64) float64 {
	v, _, _, _ := logNoncentralT(t, ν, δ, false)
	return v
}

// LogNoncentralT returns it with its derivatives in t, ν and δ, which are expectations given t.
func LogNoncentralT(t, ν, δ float64) (v, dt, dν, dδ float64) {
	return logNoncentralT(t, ν, δ, true)
}

func logNoncentralT(t, ν, δ float64, slopes bool) (v, dt, dν, dδ float64) {
	if d := math.Abs(δ); d > sureShift {
		v, dt, dν, _ = logNoncentralT(t/d*sureShift, ν, math.Copysign(sureShift, δ), slopes)
		dt *= sureShift / d
		return v - Log(d/sureShift), dt, dν, -(1 + float64(t*dt)) / δ
	}
	a, root := 0.5*ν, math.Sqrt(ν)
	s := Hypot(t, root)
	y := float64(t / s * δ)
	w := 0.5 * (math.Abs(y) + Hypot(y, 2*math.Sqrt(ν+1)))
	if y < 0 {
		w = (ν + 1) / w
	}
	// The peak of u^(ν+1)·exp(−½ν(u²−1) − ½(tu−δ)²).
	u, g := w/s, float64(t/s*((ν+1)/w))-float64(δ*(root/s)*(root/s)) // g = tu − δ
	tu := float64(t / s * w)
	e := (1 - float64(tu*g)) / ν // u² − 1
	logU := Log(w) - Log(s)
	fall := float64(ν * (logU - 0.5*e))
	switch {
	case ν < 0.1: // e would be the rounding errors of w
		e, fall = Expm1(2*logU), kernel.FMA(ν, logU, -0.5*(1-float64(tu*g)))
	case math.Abs(e) < 0.4:
		logU = 0.5 * Log1p(e)
		fall = float64(0.5 * ν * Log1pMinus(e))
	}
	b, d := float64(w*w), float64(y*w)
	var sum, sumδ, sumT, sumν float64
	around(b+ν+1, func(q float64) float64 {
		return float64(0.5*b*Expm1Minus(2*q)) - float64(d*Expm1Minus(q))
	}, func(q, weight float64) {
		sum += weight
		if !slopes {
			return
		}
		shift := kernel.FMA(tu, Expm1(q), g)
		sumδ = kernel.FMA(weight, shift, sumδ)
		sumT = kernel.FMA(-weight, u*Exp(q)*shift, sumT)
		sumν = kernel.FMA(weight, logU+q-0.5*kernel.FMA(u*u, Expm1(2*q), e), sumν)
	})
	rest := fall + logU - float64(0.5*g*g) + Log(sum)
	if ν < leastShape {
		return Log(ν) - 0.5*log2π + rest, sumT / sum, 1 / ν, sumδ / sum
	}
	v = math.Ln2 + 0.5*Log(a) - Stirling(a) - log2π + rest
	return v, sumT / sum, sumν/sum + 0.5*DigammaGap(a), sumδ / sum
}

// LogNoncentralTTails returns the logarithms of P(T ≤ t) and P(T > t).
func LogNoncentralTTails(t, ν, δ float64) (lower, upper float64) {
	switch {
	case math.IsInf(t, 1):
		return 0, math.Inf(-1)
	case math.IsInf(t, -1):
		return math.Inf(-1), 0
	}
	d := math.Abs(δ)
	if d > 1e17 && t/δ > 0 { // T = δ/U to the last digit
		r := δ / t
		a := max(0.5*ν, math.SmallestNonzeroFloat64)
		lower, upper = LogGammaIncAt(a, a*r*r, Log(a)+2*Log(r))
		if δ > 0 {
			return upper, lower
		}
		return lower, upper
	}
	if d > sureShift {
		t, δ = t/d*sureShift, math.Copysign(sureShift, δ)
	}
	if ν < 1e-17 {
		upper = logBeyondLight(t, ν, δ)
		lower = logBeyondLight(-t, ν, -δ)
		return lower, upper
	}
	if upper = logBeyondNoncentralT(t, ν, δ); upper < -0.4 {
		return Log1mExp(upper), upper
	}
	lower = logBeyondNoncentralT(-t, ν, -δ)
	return lower, Log1mExp(lower)
}

// logBeyondLight returns log P(T > t) for the smallest ν, with which U is nearly surely 0: that Z > −δ, and for t < 0
// besides that U > (Z+δ)/t, where Z+δ, if that matters, is its logarithm's mean away from 0.
func logBeyondLight(t, ν, δ float64) float64 {
	l := LogNdtr(δ)
	if t >= 0 || δ > -5 {
		return l
	}
	a, r := max(0.5*ν, math.SmallestNonzeroFloat64), 1/(δ*δ)
	logR := Log(δ/t) - float64(r*(0.5+float64(0.75*r)))
	_, beyond := LogGammaIncAt(a, a*Exp(2*logR), Log(a)+2*logR)
	top := max(l, beyond)
	return top + Log1p(Exp(min(l, beyond)-top))
}

// logBeyondNoncentralT returns log P(T > t) = log E Φ(δ − tU), from the peak of the product with the density.
func logBeyondNoncentralT(t, ν, δ float64) float64 {
	slope := func(q float64) float64 {
		tu := float64(t * Exp(q))
		return float64(-ν*Expm1(2*q)) - float64(tu*Hazard(δ-tu))
	}
	width := func(q float64) float64 { // of a normal density that falls off as fast at q
		tu := float64(t * Exp(q))
		curve := float64(2*ν*Exp(2*q)) + float64(tu*tu) + math.Abs(tu*Hazard(δ-tu))
		return 1 / math.Sqrt(min(curve, 1e300))
	}
	lo, hi, step := 0.0, 0.0, 1/math.Sqrt(ν+1)
	for ; slope(lo) < 0 && lo > -700; step *= 2 {
		lo, hi = lo-step, lo
	}
	for ; slope(hi) > 0 && hi < 700; step *= 2 {
		lo, hi = hi, hi+step
	}
	for i := range 50 { // the integral does not depend on where near the peak it begins
		if i%8 == 7 && hi-lo < 1e-3*width(lo) {
			break
		}
		if mid := 0.5*lo + 0.5*hi; slope(mid) > 0 {
			lo = mid
		} else {
			hi = mid
		}
	}
	peak := 0.5*lo + 0.5*hi
	tu, a := float64(t*Exp(peak)), max(0.5*ν, math.SmallestNonzeroFloat64)
	top, chi := LogNdtr(δ-tu), Expm1Minus(2*peak)
	sum := 0.0
	h := func(q float64) float64 {
		return float64(a*(Expm1Minus(2*(peak+q))-chi)) + (top - LogNdtr(δ-float64(t*Exp(peak+q))))
	}
	ends := grown(0, width(peak), h, nil)
	if r := δ / t; r > 1e-300 && r < 1e300 { // where tU passes δ
		ends = grown(Log(r)-peak, 1/(1+math.Abs(δ)), h, ends)
	}
	if v := math.Abs(tu); v > 0 && v < 0.6 { // for small ν: where tU passes 1
		ends = grown(-Log(v), 0.25, h, ends)
	}
	if v := math.Sqrt(ν) * Exp(peak); v > 0 && v < 0.6 { // and where νU² does
		ends = grown(-Log(v), 0.25, h, ends)
	}
	slices.Sort(ends)
	for i, to := range ends[1:] {
		half, mid := 0.5*(to-ends[i]), 0.5*(to+ends[i])
		for _, n := range gauss {
			sum = kernel.FMA(half*n[1], Exp(-h(kernel.FMA(half, n[0], mid)))+Exp(-h(kernel.FMA(-half, n[0], mid))), sum)
		}
	}
	return min(math.Ln2+0.5*(Log(a)-log2π)-Stirling(a)-float64(a*chi)+top+Log(sum), 0)
}

// grown appends ends of panels that grow away from q, from the width given to where h is 45.
func grown(q, width float64, h func(q float64) float64, ends []float64) []float64 {
	ends = append(ends, q)
	for _, sign := range [2]float64{1, -1} {
		to := max(width, 1e-300)
		for range 3500 { // enough for all of float64
			ends = append(ends, kernel.FMA(sign, to, q))
			if !(h(ends[len(ends)-1]) < 45) {
				break
			}
			to *= 1.5
		}
	}
	return ends
}
