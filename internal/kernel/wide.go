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
	return y.doubled(e)
}

// doubled returns the logarithm of v·2ᵉ, a being that of v, for an integer e; e·log 2 must be the larger, or 0.
func (a wide) doubled(e float64) wide {
	if e == 0 {
		return a
	}
	return wide{hi: float64(e * ln2Hi)}.plus(wide{float64(e * ln2Lo), float64(e * ln2Tail)}).plus(a)
}

// ln2Tail is ln 2 − ln2Hi − ln2Lo.
const ln2Tail = 0x1.f97b57a079a19p-103

// log returns log a as wideLog does.
func (a wide) log() wide {
	l := wideLog(a.hi)
	return quickSum(l.hi, l.lo+a.lo/a.hi)
}

// ExpSum returns exp(hi + lo) for a lo that is small beside hi.
func ExpSum(hi, lo float64) float64 {
	if !(math.Abs(hi) < 800) {
		return exp1(hi)
	}
	r, kb := reduce(hi)
	return scale(1+expm1Poly(r+lo), kb)
}

// sum returns a + b exactly.
func sum(a, b float64) wide {
	if math.Abs(a) < math.Abs(b) {
		a, b = b, a
	}
	return quickSum(a, b)
}

// BetaPower returns a·log(n·x/a) + b·log(n·y/b) ≤ 0 for n = a + b and x + y = 1 as the sum of two numbers, of which the
// second is small: the products, which may be large, cancel. The larger of x and y is taken for 1 less the smaller, and a
// and b must be from 10⁻¹⁰⁰ to 10¹⁵.
func BetaPower(a, b, x, y float64) (hi, lo float64) {
	if x > y {
		a, b, x = b, a, y
	}
	n, rest, shift := sum(a, b), quickSum(1, -x), 0.0
	if x < 0x1p-600 {
		x, shift = float64(x*0x1p600), -600
	}
	e := n.times(wide{hi: x}).over(wide{hi: a}).log().doubled(shift).times(wide{hi: a})
	f := n.times(rest).over(wide{hi: b}).log().times(wide{hi: b})
	s := sum(e.hi, f.hi)
	s = quickSum(s.hi, s.lo+(e.lo+f.lo))
	return s.hi, s.lo
}

// GammaPower returns a·log(t/a) + a − t ≤ 0 as the sum of two numbers, of which the second is small.
// Both must be from 10⁻¹⁰⁰ to 10¹⁵.
func GammaPower(a, t float64) (hi, lo float64) {
	e := wide{hi: t}.over(wide{hi: a}).log().times(wide{hi: a})
	d := sum(a, -t)
	s := sum(e.hi, d.hi)
	s = quickSum(s.hi, s.lo+(e.lo+d.lo))
	return s.hi, s.lo
}

// LogSum returns log x as the sum of two numbers, of which the second is small, and 0 where x is not positive and finite.
func LogSum(x float64) (hi, lo float64) {
	if !(x > 0 && x <= math.MaxFloat64) {
		return log1(x), 0
	}
	l := wideLog(x)
	return l.hi, l.lo
}

// Log1pSum returns log(1 + x + rest) for finite x > −1 as the sum of two numbers, of which the second is small, as rest must be
// beside x and 1 + x.
func Log1pSum(x, rest float64) (hi, lo float64) {
	a := sum(1, x)
	l, v := wideLog(a.hi), a.lo+rest
	r := v / a.hi
	s := sum(l.hi, r)
	s = quickSum(s.hi, s.lo+(l.lo+FMA(-r, a.hi, v)/a.hi-float64(0.5*r*r)))
	return s.hi, s.lo
}

// LogSums sets hi[i] and lo[i] to log x[i] as LogSum does.
func LogSums(hi, lo, x []float64) {
	if fastLogSums(hi, lo, x) {
		return
	}
	for i, v := range x {
		hi[i], lo[i] = LogSum(v)
	}
}

// LogitOne returns log(x/(1−x)) for 0 < x < 1, rounded once.
func LogitOne(x float64) float64 {
	l := wide{hi: x}.over(quickSum(1, -x)).log()
	return l.hi + l.lo
}

// LogitRest returns log(x/(1−x)) − u where that is small.
func LogitRest(x, u float64) float64 {
	l := wide{hi: x}.over(quickSum(1, -x)).log()
	return (l.hi - u) + l.lo
}
