package kernel

import "math"

// A wide value is the unevaluated sum hi + lo with |lo| ≤ ulp(hi)/2.
type wide struct{ hi, lo float64 }

// quickSum returns a + b exactly for |a| ≥ |b|.
func quickSum(a, b float64) wide {
	s := a + b
	return wide{s, b - (s - a)}
}

func (a wide) times(b wide) wide {
	p := float64(a.hi * b.hi)
	e := FMA(a.hi, b.hi, -p)
	e = FMA(a.hi, b.lo, e)
	return quickSum(p, FMA(a.lo, b.hi, e))
}

// plus needs |a| ≥ |b| or a = 0.
func (a wide) plus(b wide) wide {
	s := quickSum(a.hi, b.hi)
	return quickSum(s.hi, s.lo+(a.lo+b.lo))
}

// over returns a/b.
func (a wide) over(b wide) wide {
	q := a.hi / b.hi
	r := FMA(-q, b.hi, a.hi)
	r = FMA(-q, b.lo, r+a.lo)
	return quickSum(q, r/b.hi)
}

// wideLog returns log x for positive finite x to about 2⁻⁶⁸: the first two
// terms of 2·atanh s = 2s + ⅔·s³ + … in wide values, the rest in float64.
func wideLog(x float64) wide {
	bias := 0.0
	if x < minNormal {
		x, bias = float64(x*0x1p54), -54
	}
	e, m := split(x)
	e += bias
	f := m - 1
	s := wide{hi: f}.over(quickSum(2, f))
	z := s.times(s)
	w := z.hi
	var p float64
	for i := 27; i >= 5; i -= 2 {
		p = FMA(w, p, 2/float64(i))
	}
	t := wide{0x1.5555555555555p-1, 0x1.5555555555555p-55}.plus(wide{hi: float64(w * p)})
	y := wide{2 * s.hi, 2 * s.lo}.plus(s.times(z).times(t))
	if e == 0 {
		return y
	}
	return wide{hi: float64(e * ln2Hi)}.plus(wide{float64(e * ln2Lo), float64(e * ln2Tail)}).plus(y)
}

// ln2Tail is ln 2 − ln2Hi − ln2Lo.
const ln2Tail = 0x1.f97b57a079a19p-103

// pow1 returns xᵖ with the special cases of math.Pow.
func pow1(x, p float64) float64 {
	switch {
	case p == 0 || x == 1:
		return 1
	case p == 1:
		return x
	case x != x || p != p:
		return math.NaN()
	case math.IsInf(p, 0):
		return powInf(math.Abs(x), p > 0)
	}
	odd := math.Abs(p) < 0x1p53 && math.Floor(p) == p && math.Mod(p, 2) != 0
	v := math.Abs(x)
	var y float64
	switch {
	case v == 0:
		y = powInf(0, p > 0)
	case math.IsInf(v, 0):
		y = powInf(2, p > 0)
	case x < 0 && math.Floor(p) != p:
		return math.NaN()
	default:
		y = powFinite(v, p)
	}
	if odd {
		y = math.Copysign(y, x)
	}
	return y
}

// powInf returns vᵖ for p = ∞, or p = −∞ where up is false.
func powInf(v float64, up bool) float64 {
	switch {
	case v == 1:
		return 1
	case (v > 1) == up:
		return math.Inf(1)
	}
	return 0
}

// powFinite returns exp(p·log x) with the logarithm and the product wide.
func powFinite(x, p float64) float64 {
	l := wideLog(x)
	h := float64(p * l.hi)
	if !(math.Abs(h) < 800) {
		return exp1(h)
	}
	t := FMA(p, l.lo, FMA(p, l.hi, -h))
	r, kb := reduce(h)
	return scale(1+expm1Poly(r+t), kb)
}
