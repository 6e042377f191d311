package kernel

import "math"

// fma32 returns x·y + z, rounded once to float32. The product is exact in
// float64, so the sum s is the exact value rounded to 53 bits. Rounding s to
// float32 goes wrong only where s is a tie and the exact value is not: there s
// is first moved to its neighbour on the exact value's side (rounding to odd;
// Boldo, Melquiond: Emulation of a FMA and Correctly Rounded Sums: Proved
// Algorithms Using Rounding to Odd, 2008).
func fma32(x, y, z float32) float32 {
	const half, minNormal = 1 << 28, 0x1p-126
	p, c := float64(x)*float64(y), float64(z)
	s := p + c
	bits := math.Float64bits(s)
	if bits%(2*half) != half && math.Abs(s) >= minNormal || bits&1 != 0 {
		return float32(s)
	}
	t := s - p
	e := (p - (s - t)) + (c - t) // s + e is exact
	switch {
	case e > 0 && s > 0, e < 0 && s < 0:
		bits++
	case e > 0, e < 0:
		bits--
	}
	return float32(math.Float64frombits(bits))
}
