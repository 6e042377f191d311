package kernel

import "math"

// Constants of the argument reduction x = k·ln 2 + r, |r| ≤ ln 2/2: ln2Hi has
// 11 trailing zeros, so that k·ln2Hi is exact.
const (
	log2E   = 0x1.71547652b82fep+0
	ln2Hi   = 0x1.62e42fefa3800p-1
	ln2Lo   = 0x1.ef35793c76730p-45
	rounder = 0x1.8p52 // adding it leaves the nearest integer in the low bits

	expMin = -746 // exp rounds to 0 from here down
	expMax = 710  // exp overflows from here up

	rounderBits = 0x4338000000000000
)

// expPoly is q in expm1(r) = r + r²·q(r); testdata/polynomials.py makes it.
var expPoly = [10]float64{
	0x1.0000000000001p-1,
	0x1.5555555555556p-3,
	0x1.5555555553d67p-5,
	0x1.11111111109b4p-7,
	0x1.6c16c1788a49bp-10,
	0x1.a01a01a7c327ap-13,
	0x1.a019b9133a48ap-16,
	0x1.71de0db21e27fp-19,
	0x1.28917e2c43a66p-22,
	0x1.af38a0d2d9620p-26,
}

// reduce returns r and the bits of k + rounder.
func reduce(x float64) (r float64, kb uint64) {
	t := FMA(x, log2E, rounder)
	k := t - rounder
	r = FMA(-k, ln2Hi, x)
	return FMA(-k, ln2Lo, r), math.Float64bits(t)
}

// expm1Poly returns expm1(r) for |r| ≤ ln 2/2.
func expm1Poly(r float64) float64 {
	z := float64(r * r)
	return FMA(z, poly10(&expPoly, r, z), r)
}

// poly10 evaluates Σ c[i]·rⁱ with z = r² by pairs: the order is part of every
// tier's contract.
func poly10(c *[10]float64, r, z float64) float64 {
	p01 := FMA(c[1], r, c[0])
	p23 := FMA(c[3], r, c[2])
	p45 := FMA(c[5], r, c[4])
	p67 := FMA(c[7], r, c[6])
	p89 := FMA(c[9], r, c[8])
	p03 := FMA(p23, z, p01)
	p69 := FMA(p89, z, p67)
	p49 := FMA(p69, z, p45)
	return FMA(p49, float64(z*z), p03)
}

// scale returns p·2ᵏ rounded once, kb being the bits of k + rounder and |k| ≤ 1100.
func scale(p float64, kb uint64) float64 {
	t := kb - (rounderBits - 2046)
	h := t >> 1
	return float64(float64(p*math.Float64frombits(h<<52)) * math.Float64frombits((t-h)<<52))
}

func exp1(x float64) float64 {
	x = min(max(x, expMin), expMax)
	r, kb := reduce(x)
	return scale(1+expm1Poly(r), kb)
}

// pow2 returns 2ᵏ for |k| ≤ 1022.
func pow2(kb uint64) float64 { return math.Float64frombits((kb - (rounderBits - 1023)) << 52) }

func expm11(x float64) float64 {
	v := min(max(x, -40), expMax)
	r, kb := reduce(v)
	p := expm1Poly(r)
	s := pow2(kb - 1) // 2ᵏ⁻¹, for 2¹⁰²⁴ is no float64
	y := float64(2 * FMA(s, p, s-0.5))
	if kb == rounderBits {
		y = p
	}
	return orSign(y, x)
}

// orSign returns y with its sign bit set where that of x is.
func orSign(y, x float64) float64 {
	return math.Float64frombits(math.Float64bits(y) | math.Float64bits(x)&(1<<63))
}

// tanh1 is e/(e+2) with e = expm1(2|x|): no cancellation for any x.
func tanh1(x float64) float64 {
	v := min(math.Abs(x), 20)
	r, kb := reduce(2 * v)
	s := pow2(kb)
	e := FMA(s, expm1Poly(r), s-1)
	return orSign(e/(e+2), x)
}

// negExp returns exp(−|x|).
func negExp(x float64) float64 {
	r, kb := reduce(max(-math.Abs(x), expMin))
	return scale(1+expm1Poly(r), kb)
}

// sigmoid1 never forms a large exponential, so both tails are exact.
func sigmoid1(x float64) float64 {
	e := negExp(x)
	n := 1.0
	if math.Signbit(x) {
		n = e
	}
	return n / (1 + e)
}

// softplusPoly is P in log((1+s)/(1−s)) = 2s + s·z·P(z), z = s² ≤ 1/9.
var softplusPoly = [10]float64{
	0x1.5555555555555p-1,
	0x1.999999999a3ddp-2,
	0x1.24924923d44c6p-2,
	0x1.c71c727143318p-3,
	0x1.745cf0b0e03bdp-3,
	0x1.3b18b294bebf9p-3,
	0x1.10ac75dc602b1p-3,
	0x1.eb905e8575054p-4,
	0x1.687a6e7c95176p-4,
	0x1.4b0a26c5f2aefp-3,
}

// log1pExp returns log(1+exp(−|x|)) = 2·atanh s, s = u/(2+u), u = exp(−|x|), the
// leading 2s as u − s·u.
func log1pExp(x float64) float64 {
	u := negExp(x)
	s := u / (2 + u)
	z := float64(s * s)
	p := poly10(&softplusPoly, z, float64(z*z))
	return FMA(-s, FMA(-z, p, u), u)
}

func softplus1(x float64) float64 { return max(x, 0) + log1pExp(x) }

func logSigmoid1(x float64) float64 { return min(x, 0) - log1pExp(x) }
