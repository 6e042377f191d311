package dist

import (
	"math"

	"github.com/normflow/normflow/internal/special"
)

// A skellamContour integrates the generating function of a Skellam number of means a and
// b over a circle of radius eˢ: with w = s + iθ,
//
//	P(K = k) = 1/2π ∫ exp(a(eʷ−1) + b(e⁻ʷ−1) − wk) dθ
//
// and P(K ≥ k), s > 0, with the factor 1/(1−e⁻ʷ). Through the saddle point that is nearly
// a normal density, which the trapezoidal rule integrates to the last digit with some 60 points.
type skellamContour struct {
	a, b, k, s float64
	moved      bool // away from the saddle point
}

// skellamSaddle returns the contour through the saddle point, where a·eˢ − b·e⁻ˢ = k.
func skellamSaddle(k, a, b float64) skellamContour {
	root := special.Hypot(k, 2*math.Sqrt(a)*math.Sqrt(b))
	e := 2 * (k - (a - b)) / (root + (2*a - k)) // eˢ − 1
	s := special.Log1p(e)
	if !(math.Abs(e) < 0.5) {
		if s = special.Log(0.5*(k+root)) - special.Log(a); k < 0 {
			s = special.Log(b) - special.Log(0.5*(root-k))
		}
	}
	return skellamContour{a, b, k, s, false}
}

// width returns the reciprocal of the deviation in θ.
func (c skellamContour) width() float64 {
	return math.Sqrt(float64(c.a*special.Exp(c.s)) + float64(c.b*special.Exp(-c.s)))
}

// top returns the logarithm of the integrand at θ = 0.
func (c skellamContour) top() float64 {
	return float64((c.a-c.b-c.k)*c.s) + float64(c.a*special.Expm1Minus(c.s)) + float64(c.b*special.Expm1Minus(-c.s))
}

// integrate returns that of the tail's rest, 1/2π ∫ of the integrand over the one at θ = 0 of the probability.
func (c skellamContour) integrate() float64 {
	v := c.width()
	steps := math.Ceil(max(8*v, 100, 36/c.s)) // in the whole circle, the last for the pole
	h := 2 * math.Pi / steps
	up, down := special.Expm1(c.s), special.Expm1(-c.s)
	drift, turn := 0.0, c.k // of the phase
	if c.moved {
		drift = (c.a - c.b - c.k) + float64(c.a*up) - float64(c.b*down)
		turn = float64(c.a*(up+1)) - float64(c.b*(down+1))
	}
	sum := 0.0
	for j := 0.0; 2*j <= steps; j++ {
		θ := float64(h * j)
		half := special.Sin(0.5 * θ)
		size := special.Exp(-2 * v * v * half * half)
		if !(size > 1e-18) {
			break
		}
		phase := float64(drift*θ) + float64(turn*sinMinusAngle(θ))
		// times 1/(1−e⁻ʷ)
		x := -down + 2*(down+1)*half*half // 1 − e⁻ˢ·cos θ
		y := (down + 1) * special.Sin(θ)
		re := size * (float64(x*special.Cos(phase)) + float64(y*special.Sin(phase))) / (float64(x*x) + float64(y*y))
		if j == 0 || 2*j == steps {
			re *= 0.5
		}
		sum += re
	}
	return sum * h / math.Pi
}

// sinMinusAngle returns sin θ − θ, exact near 0.
func sinMinusAngle(θ float64) float64 {
	if math.Abs(θ) > 1 {
		return special.Sin(θ) - θ
	}
	sum, w := 1.0, float64(θ*θ)
	for n := 19.0; n > 3; n -= 2 {
		sum = 1 - sum*w/(n*(n-1))
	}
	return -θ * w / 6 * sum
}

// logProbability returns log P(K = k) by Debye's expansion of the integral, for a width whose square is at least 20.
func (c skellamContour) logProbability() float64 {
	n, x := c.k, 2*math.Sqrt(c.a)*math.Sqrt(c.b)
	s, top := special.Hypot(n, x), c.top()
	if !(top > -math.MaxFloat64) { // so far out that the terms overflow
		return math.Inf(-1)
	}
	return top + (special.DebyeSum(n, s) - 0.5*(log2π+special.Log(s)))
}

// logTail returns log P(K ≥ k).
func (c skellamContour) logTail() float64 {
	top := c.top()
	if !(top > -math.MaxFloat64) { // so far out that the terms overflow
		return math.Inf(-1)
	}
	return top + special.Log(c.integrate())
}

// logSkellamTail returns log P(K ≥ k) for k above the mean, where the contour keeps its
// distance from the pole at w = 0.
func logSkellamTail(k, a, b float64) float64 {
	switch both := a * b; { // one of the two variables alone matters, but for its being 0
	case both < 1e-20 && a > b:
		return first(special.LogGammaInc(max(k, 0), a))
	case both < 1e-20 && k <= 0:
		return second(special.LogGammaInc(1-k, b))
	}
	c := skellamSaddle(k, a, b)
	if far := 1 / c.width(); c.s < far {
		c.s, c.moved = far, true
	}
	if l := c.logTail(); !math.IsNaN(l) {
		return l
	}
	return math.Inf(-1) // so far out that its parts overflow
}
