package kernel

import (
	"math"
	"math/bits"
)

// π/2 as the sum of three float64 values, and 2/π.
const (
	halfPi1 = 0x1.921fb54442d18p+0
	halfPi2 = 0x1.1a62633145c07p-54
	halfPi3 = -0x1.f1976b7ed8fbcp-110
	twoOfPi = 0x1.45f306dc9c883p-1
)

var (
	// sinPoly is S in sin r = r + r³·S(r²), |r| ≤ π/4.
	sinPoly = [6]float64{
		-0x1.5555555555555p-3, 0x1.1111111110babp-7, -0x1.a01a019e820aep-13,
		0x1.71de37946ed6dp-19, -0x1.ae6008d114485p-26, 0x1.5e0a4fc16be59p-33,
	}
	// cosPoly is C in cos r = 1 − r²/2 + r⁴·C(r²), |r| ≤ π/4.
	cosPoly = [6]float64{
		0x1.5555555555555p-5, -0x1.6c16c16c16963p-10, 0x1.a01a019f4ddfdp-16,
		-0x1.27e4fa16cc2d1p-22, 0x1.1eeb67d026ec6p-29, -0x1.907cd8ff5ede7p-37,
	}
	// atanPoly is T in atan t = t + t³·T(t²), |t| ≤ tan π/8.
	atanPoly = [11]float64{
		-0x1.5555555555555p-2, 0x1.999999999933dp-3, -0x1.24924924355d5p-3, 0x1.c71c7184c32bfp-4,
		-0x1.745d0b153ffadp-4, 0x1.3b126143b5cbcp-4, -0x1.10fa5ee9ab25cp-4, 0x1.dfe49b2919c4ep-5,
		-0x1.a090d1950d2b4p-5, 0x1.41495cefb6c73p-5, -0x1.39f38ad451ea6p-6,
	}
	// twoOfPiBits are 64 zeros and the first 1280 bits of 2/π after the point.
	twoOfPiBits = [21]uint64{
		0, 0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561, 0xb7246e3a424dd2e0,
		0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484, 0xe99c7026b45f7e41, 0x3991d639835339f4,
		0x9c845f8bbdf9283b, 0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d,
		0x7527bac7ebe5f17b, 0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab, 0xf0cfbc209af4361d,
	}
)

func horner(c []float64, x float64) float64 {
	s := c[len(c)-1]
	for i := len(c) - 2; i >= 0; i-- {
		s = FMA(s, x, c[i])
	}
	return s
}

// quadrant returns r + rl = x − q·π/2 with |r| ≤ π/4 (a little more by
// rounding), and q mod 4. Below 2³⁰ the products with the parts of π/2 are
// exact or kept with their rounding errors; above, 2/π is multiplied exactly.
func quadrant(x float64) (q int, r, rl float64) {
	if math.Abs(x) >= 0x1p30 {
		return quadrantHuge(x)
	}
	k := FMA(x, twoOfPi, rounder) - rounder
	a := FMA(-k, halfPi1, x) // exact
	p := float64(k * halfPi2)
	pl := FMA(k, halfPi2, -p)
	r = a - p
	b := r - a
	rl = (a - (r - b)) - (p + b) - pl
	rl = FMA(-k, halfPi3, rl)
	h := r + rl
	return int(int64(k) & 3), h, (r - h) + rl
}

// quadrantHuge takes the fraction of |x|/(2π) to 192 bits, from the words of
// 2/π that matter: whole turns drop out.
func quadrantHuge(x float64) (q int, r, rl float64) {
	b := math.Float64bits(x)
	m := b&(1<<52-1) | 1<<52
	at := int(b>>52&0x7ff) - 1075 - 2 + 64 // |x| = m·2ᵉ, at = e − 2 past the zero word
	word := func(i int) uint64 {
		w, s := at/64+i, at%64
		return twoOfPiBits[w]<<s | twoOfPiBits[w+1]>>(64-s)
	}
	h2, _ := bits.Mul64(m, word(2))
	h1, l1 := bits.Mul64(m, word(1))
	l1, c := bits.Add64(l1, h2, 0)
	l0, _ := bits.Add64(m*word(0), h1, c)
	q = int(l0 >> 62)
	hi, lo := l0<<2|l1>>62, l1<<2 // the fraction of the quadrant
	neg := hi>>63 != 0
	if neg {
		q++
		lo, c = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, c)
	}
	r, rl = turn(hi, lo)
	if neg != (x < 0) {
		r, rl = -r, -rl
	}
	if x < 0 {
		q = -q
	}
	return q & 3, r, rl
}

// turn returns the 128-bit fraction hi.lo times π/2.
func turn(hi, lo uint64) (r, rl float64) {
	z := bits.LeadingZeros64(hi)
	hi = hi<<z | lo>>(64-z)
	lo <<= z
	s := math.Float64frombits(uint64(1023-53-z) << 52)
	a := float64(float64(hi>>11) * s)
	b := float64(float64(hi<<53|lo>>11) * float64(s*0x1p-64))
	p := float64(a * halfPi1)
	pl := FMA(a, halfPi1, -p) + FMA(a, halfPi2, float64(b*halfPi1))
	r = p + pl
	return r, (p - r) + pl
}

// sinOf and cosOf take the reduced argument r + rl.
func sinOf(r, rl float64) float64 {
	z := float64(r * r)
	return r + FMA(float64(r*z), horner(sinPoly[:], z), rl)
}

func cosOf(r, rl float64) float64 {
	z := float64(r * r)
	w := float64(0.5 * z)
	c := 1 - w
	return c + (((1 - c) - w) + FMA(float64(z*z), horner(cosPoly[:], z), -float64(r*rl)))
}

func sin1(x float64) float64 {
	switch {
	case math.Abs(x) < 0x1p-27:
		return x
	case !(math.Abs(x) <= math.MaxFloat64):
		return math.NaN()
	}
	q, r, rl := quadrant(x)
	return quarter(q, r, rl)
}

func cos1(x float64) float64 {
	if !(math.Abs(x) <= math.MaxFloat64) {
		return math.NaN()
	}
	q, r, rl := quadrant(x)
	return quarter(q+1, r, rl)
}

// quarter returns sin(q·π/2 + r + rl).
func quarter(q int, r, rl float64) float64 {
	var y float64
	if q&1 == 0 {
		y = sinOf(r, rl)
	} else {
		y = cosOf(r, rl)
	}
	if q&2 != 0 {
		return -y
	}
	return y
}

// atan1 reduces to |t| ≤ tan π/8 by atan v = π/2 − atan 1/v and
// atan v = π/4 + atan (v−1)/(v+1).
func atan1(x float64) float64 {
	v := math.Abs(x)
	t, hi, lo := v, 0.0, 0.0
	switch {
	case v > 0x1.3504f333f9de6p+1: // tan 3π/8
		t, hi, lo = -1/v, halfPi1, halfPi2
	case v > 0x1.a827999fcef32p-2: // tan π/8
		t, hi, lo = (v-1)/(v+1), halfPi1/2, halfPi2/2
	}
	z := float64(t * t)
	y := hi + (FMA(float64(t*z), horner(atanPoly[:], z), lo) + t)
	return math.Copysign(y, x)
}
