package special

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
)

// Small shapes: a beta number with a small shape A is nearly surely at 0, and what lies elsewhere, of the size of A,
// has no digits as 1 − I.

// smallBeta is the shape up to which the series is used.
const smallBeta = 0.3

// LgammaRise returns log(Γ(c+r)/Γ(c)) for c ≥ 1 and 0 ≤ r ≤ ½ with an error small beside r: r times the mean of ψ.
func LgammaRise(c, r float64) float64 {
	sum := 0.0
	for _, g := range gauss {
		sum = kernel.FMA(0.5*g[1], Digamma(kernel.FMA(r, 0.5+0.5*g[0], c))+Digamma(kernel.FMA(r, 0.5-0.5*g[0], c)), sum)
	}
	return r * sum
}

// below says on which side of the distribution x is: where series and fractions of I converge, or those of 1 − I.
func (d Beta) below(x float64) bool { return float64(x*(d.A+d.B+2)) < d.A+1 }

// isSmall says whether the shape on that side is small.
func (d Beta) isSmall(below bool) bool {
	return below && d.A <= smallBeta || !below && d.B <= smallBeta
}

// smallNorm returns log(A·B/(A+B)/B(A, B)) for a small A, of its size.
func (d Beta) smallNorm() float64 { return LgammaRise(1+d.B, d.A) - Lgamma1p(d.A) }

// shares returns A/(A+B) and B/(A+B).
func (d Beta) shares() (a, b float64) { return d.A / (d.A + d.B), d.B / (d.A + d.B) }

// smallSeries returns Σ (1−B)(2−B)…(n−B)·xⁿ/n!/(A+n) over n ≥ 1, and its derivative in log x:
// I = xᵃ/(a·B(a,b))·(1 + a·Σ).
func (d Beta) smallSeries(x float64) (sum, slope float64) {
	term := 1.0
	for n := 1.0; n < 1000; n++ {
		term *= (n - d.B) / n * x
		sum += term / (d.A + n)
		slope += float64(term * (n / (d.A + n)))
		if math.Abs(term) <= 1e-18*math.Abs(slope) {
			break
		}
	}
	return sum, slope
}

// incSmall returns Inc at x = eˡ, which may underflow: with w = log(I·(A+B)/B), which is of the size of A,
// p = B/(A+B)·eʷ and q = A/(A+B) − B/(A+B)·(eʷ−1).
func (d Beta) incSmall(l float64) (p, q float64) {
	a, b := d.shares()
	sum, _ := d.smallSeries(Exp(l))
	w := float64(d.A*l) + d.smallNorm() + Log1p(d.A*sum)
	return min(b*Exp(w), 1), min(kernel.FMA(-b, Expm1(w), a), 1)
}

// smallInv returns inv where incSmall is p = 1 − q, by Newton's method for w in log x.
func (d Beta) smallInv(p, q float64) (x, y, logit float64) {
	_, b := d.shares()
	w := logQuotient(p, b)
	if q < p {
		w = Log1p(kernel.FMA(-q, d.A+d.B, d.A) / d.B)
	}
	w -= d.smallNorm()
	top := Log((d.A + 1) / (d.A + d.B + 2))
	u := min(w/d.A, top)
	for range 100 {
		sum, slope := d.smallSeries(Exp(u))
		step := (w/d.A - u - Log1p(d.A*sum)/d.A) / (1 + slope/kernel.FMA(d.A, sum, 1))
		u = min(u+step, top)
		if !(math.Abs(step) > 1e-9*max(1, math.Abs(u))) {
			break
		}
	}
	if u < -600 {
		return Exp(u), 1, u
	}
	return d.polished(Exp(u), -Expm1(u), p, q)
}
