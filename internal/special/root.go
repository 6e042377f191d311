package special

import "math"

// Root returns the u at which the increasing function f, which also returns its
// derivative, is 0: Newton's steps from u, within a bracket that shrinks to it.
func Root(u float64, f func(u float64) (v, slope float64)) float64 {
	lo, hi, grow := math.Inf(-1), math.Inf(1), 1.0
	for range 400 {
		v, slope := f(u)
		switch {
		case v < 0:
			lo = u
		case v > 0:
			hi = u
		default: // 0, or NaN
			return u
		}
		next := u - v/slope
		if !(next > lo && next < hi) || math.Abs(next-u) > grow && math.IsInf(hi-lo, 1) {
			switch {
			case !math.IsInf(hi-lo, 1):
				next = 0.5*lo + 0.5*hi
			case v < 0:
				next = u + grow
			default:
				next = u - grow
			}
			grow *= 4
		}
		if math.Abs(next-u) <= 1e-16*math.Abs(u) || next == lo && next == hi {
			return next
		}
		u = next
	}
	return u
}
