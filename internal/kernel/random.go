package kernel

import "math"

// sinTurnPoly is A in sin(πf/2) = f·A(f²), |f| ≤ ½.
var sinTurnPoly = [7]float64{
	0x1.921fb54442d18p+0, -0x1.4abbce625be41p-1, 0x1.466bc677587f8p-4, -0x1.32d2cce2e5b19p-8,
	0x1.50782fda12d96p-13, -0x1.e30071afc3e59p-19, 0x1.e3f38399551bfp-25,
}

// cosTurnPoly is B in cos(πf/2) = 1 + f²·B(f²), |f| ≤ ½.
var cosTurnPoly = [7]float64{
	-0x1.3bd3cc9be45dep+0, 0x1.03c1f081b5ac0p-2, -0x1.55d3c7e3cb241p-6, 0x1.e1f5068688d5bp-11,
	-0x1.a6d1eef479be1p-16, 0x1.f9ce245cada0bp-22, -0x1.b2f3eb054afcdp-28,
}

const (
	oneBits      = 0x3ff0000000000000
	fractionBits = 1<<52 - 1
	almostOne    = 1 - 0x1p-53
)

// unit returns the odd multiple of 2⁻⁵³ between 0 and 1 that the last 52 bits of
// x say.
func unit(x uint64) float64 {
	return math.Float64frombits(x&fractionBits|oneBits) - almostOne
}

// uniformPair returns two uniform samples.
func uniformPair(x, y uint64) (a, b float64) { return unit(x), unit(y) }

// normalPair returns two normal samples, the point at the radius √(−2·log u), u =
// x/2⁶⁴ made odd, and a uniform angle: y has 51 bits for its place in a quarter of the
// circle, an odd multiple of 2⁻⁵² from its middle, and two that choose the quarter.
func normalPair(x, y uint64) (a, b float64) {
	e, m := split(float64(x>>32<<32) + float64(x&math.MaxUint32|1))
	r := math.Sqrt(-2 * logCore(e-64, m-1))
	f := math.Float64frombits(y&(fractionBits-1)|(oneBits+1)) - 1.5
	z := float64(f * f)
	a = FMA(z, horner(cosTurnPoly[:], z), 1)
	b = float64(f * horner(sinTurnPoly[:], z))
	a = math.Float64frombits(math.Float64bits(a) ^ y<<1&(1<<63))
	if y>>63 != 0 {
		a, b = b, a
	}
	return float64(r * a), float64(r * b)
}
