package kernel

import "math"

const (
	sqrtHalfBits = 0x3fe6a09e667f3bcd // the float64 just above √½
	minNormal    = 0x1p-1022
)

// logPoly is P in log((1+s)/(1−s)) = 2s + s·z·P(z), z = s² ≤ (3−2√2)²;
// testdata/polynomials.py makes it.
var logPoly = [7]float64{
	0x1.5555555555558p-1,
	0x1.99999999952e2p-2,
	0x1.2492492df148dp-2,
	0x1.c71c62e5800a1p-3,
	0x1.7462b4ab2ef6bp-3,
	0x1.39fe606542ddep-3,
	0x1.2b584aae78a57p-3,
}

// logCore returns e·ln 2 + log(1+f) for √½−1 ≤ f ≤ √2−1.
func logCore(e, f float64) float64 {
	s := f / (2 + f)
	z := float64(s * s)
	w := float64(z * z)
	p01 := FMA(logPoly[1], z, logPoly[0])
	p23 := FMA(logPoly[3], z, logPoly[2])
	p45 := FMA(logPoly[5], z, logPoly[4])
	p := FMA(logPoly[6], w, p45)
	p = FMA(p, w, p23)
	p = FMA(p, w, p01)
	h := float64(float64(0.5*f) * f)
	t := FMA(s, FMA(z, p, h), float64(e*ln2Lo))
	return FMA(e, ln2Hi, -((h - t) - f))
}

// split returns e and m with x = m·2ᵉ and √½ ≤ m < √2, for positive normal x.
func split(x float64) (e, m float64) {
	ix := math.Float64bits(x)
	t := ix - sqrtHalfBits + 1024<<52
	e = math.Float64frombits(t>>52|0x4330000000000000) - (0x1p52 + 1024)
	return e, math.Float64frombits(ix - t&(0xfff<<52) + 1024<<52)
}

func log1(x float64) float64 {
	v, bias := x, 0.0
	if x < minNormal {
		v, bias = float64(x*0x1p54), -54
	}
	e, m := split(v)
	y := logCore(e+bias, m-1)
	switch {
	case x == 0:
		return math.Inf(-1)
	case x == math.Inf(1):
		return x
	case !(x >= 0):
		return math.NaN()
	}
	return y
}

// log1p1 takes the rounding error c of u = 1+x into the reduced argument:
// 1+x = 2ᵉ·(1 + f) with f = (m−1) + c·2⁻ᵉ, exact when e = 0.
func log1p1(x float64) float64 {
	u := 1 + x
	b := u - 1
	c := (1 - (u - b)) + (x - b)
	e, m := split(u)
	// 2²⁻ᵉ is a normal number for every e up to 1024.
	s := math.Float64frombits(uint64(1025-int64(e)) << 52)
	y := orSign(logCore(e, FMA(float64(c*s), 0.25, m-1)), x)
	switch {
	case x == -1:
		return math.Inf(-1)
	case x == math.Inf(1):
		return x
	case !(x >= -1):
		return math.NaN()
	}
	return y
}
