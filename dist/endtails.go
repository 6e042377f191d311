package dist

import (
	"math"

	"github.com/normflow/normflow/internal/special"
)

// Distribution functions where x is finite but its standard form z overflows, or underflows, as ends.go has densities there.

// An endTails returns the logarithms of both tails, given log|z| and the sign of z.
type endTails func(l, sign float64, p nums) (lower, upper float64)

// tailsAtEnd returns the logarithms of both tails at x, whose standard form is z, if z is at an end for which f has them.
func (f *family) tailsAtEnd(x, z float64, p nums) (lower, upper float64, ok bool) {
	loc, scale := 0.0, 1.0
	if f.kind == locScale {
		loc = p[0]
	}
	of, sign := f.highTails, highMark(z, x)
	if sign == 0 {
		of, sign = f.lowTails, lowMark(z, x-loc)
	}
	if of == nil || sign == 0 {
		return 0, 0, false
	}
	l := 0.0
	switch f.kind {
	case rated:
		l = special.Log(p[0])
	case scaled:
		scale = p[0]
	case locScale:
		scale = p[1]
	}
	lower, upper = of(l+logStandard(x, loc, scale), sign, p)
	return lower, upper, true
}

// powerTails are those of a density that is in the end a power of |z|: the tail beyond the anchor is one with the power
// given by its negative.
func powerTails(anchor func(z float64, p nums) (lower, upper float64), power func(p nums) float64) endTails {
	return func(l, sign float64, p nums) (lower, upper float64) {
		lower, upper = anchor(sign*highest, p)
		fall := float64(power(p) * (l - logHighest))
		if sign < 0 {
			lower -= fall
			return lower, special.Log1mExp(lower)
		}
		upper -= fall
		return special.Log1mExp(upper), upper
	}
}

// normalTails returns those of a standard normal variable.
func normalTails(u float64) (lower, upper float64) { return special.LogNdtr(u), special.LogNdtr(-u) }

// log1mExpExp returns log(1 − e^−t) for t = eˡ, also where t underflows.
func log1mExpExp(l float64) float64 {
	if l < -40 {
		return l
	}
	return special.Log1mExp(-special.Exp(l))
}

// quantileAtEnd returns the quantile whose standard form is ±∞, or so small that it lost digits: by halves of the bits of x − loc.
func (f *family) quantileAtEnd(lower, upper, z float64, p nums) float64 {
	loc, scale := f.where(p)
	if f.kind != locScale {
		loc = 0
	}
	near, far := 0.0, scale*lowest
	if math.IsInf(z, 0) {
		near, far = scale*highest, math.MaxFloat64
	}
	at := func(bits uint64) float64 { return loc + math.Copysign(math.Float64frombits(bits), z) }
	short := func(bits uint64) bool { // of the quantile, beside loc
		switch l, u := f.tails(at(bits), p); {
		case z < 0:
			return l > lower
		case lower < upper:
			return l < lower
		default:
			return u > upper
		}
	}
	a, b := math.Float64bits(near), math.Float64bits(min(far, math.MaxFloat64))
	if math.IsInf(z, 0) && short(b) {
		return z
	}
	for b > a+1 {
		if m := a + (b-a)/2; short(m) {
			a = m
		} else {
			b = m
		}
	}
	return at(b)
}
