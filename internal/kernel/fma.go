package kernel

import "math"

// softFMA returns x·y + z, rounded once, without an instruction for it: a third of what math.FMA costs then.
// Dekker's product x·y = p + e and Knuth's sum p + z = s + t are exact, so the result is s + t + e. Adding v, the rounded
// t + e, to s is right but where s + v is a tie and the exact value is not: there v is first rounded to odd (Boldo, Melquiond:
// Emulation of a FMA and Correctly Rounded Sums: Proved Algorithms Using Rounding to Odd, 2008).
func softFMA(x, y, z float64) float64 {
	p := float64(x * y)
	if !(math.Abs(x) < 0x1p500 && math.Abs(y) < 0x1p500 && math.Abs(p) > 0x1p-900 && math.Abs(z) < 0x1p1000) {
		if x == 0 && y-y == 0 || y == 0 && x-x == 0 {
			return p + z
		}
		return math.FMA(x, y, z) // the steps above would overflow, or lose bits to underflow
	}
	const split = 1<<27 + 1
	a, b := float64(split*x), float64(split*y)
	x1, y1 := a-(a-x), b-(b-y) // the upper halves of the digits
	x2, y2 := x-x1, y-y1
	e := float64(x1*y1) - p
	e = e + float64(x1*y2) + float64(x2*y1) + float64(x2*y2)
	s := p + z
	u := s - p
	t := (p - (s - u)) + (z - u)
	v := t + e
	r := s + v
	if d := 2 * (v - (r - s)); d != 0 && (r+d)-r == d { // then r is half a unit off: a tie
		u = v - t
		return s + toOdd(v, (t-(v-u))+(e-u))
	}
	return r
}

// toOdd returns v, the rounded sum v + w, rounded to odd instead.
func toOdd(v, w float64) float64 {
	bits := math.Float64bits(v)
	switch {
	case w == 0 || bits&1 != 0:
	case w > 0 == (v > 0):
		bits++
	default:
		bits--
	}
	return math.Float64frombits(bits)
}

// fma32 returns x·y + z, rounded once to float32. The product is exact in
// float64, so the sum s is the exact value rounded to 53 bits. Rounding s to
// float32 goes wrong only where s is a tie and the exact value is not.
func fma32(x, y, z float32) float32 {
	s := float64(x)*float64(y) + float64(z)
	if tied(s) {
		return tie32(x, y, z)
	}
	return float32(s)
}

// tied reports whether rounding s to float32 may be wrong: if it is half-way between two of them, or below the normal ones but not 0.
func tied(s float64) bool {
	return math.Float64bits(s)%(1<<29) == 1<<28 || math.Abs(s) < 0x1p-126 && s != 0
}

// tie32 is fma32 where rounding twice can be wrong: s is first rounded to odd.
func tie32(x, y, z float32) float32 {
	p, c := float64(x)*float64(y), float64(z)
	s := p + c
	t := s - p
	e := (p - (s - t)) + (c - t) // s + e is exact
	return float32(toOdd(s, e))
}
