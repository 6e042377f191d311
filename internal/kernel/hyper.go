package kernel

import "math"

// halfExp returns exp(v)/2, finite wherever it is a float64 number.
func halfExp(v float64) float64 {
	r, kb := reduce(min(max(v, expMin), expMax+1))
	return scale(1+expm1Poly(r), kb-1)
}

// sinh1 is (e + e/(e+1))/2 with e = expm1|x|, and exp|x|/2 where the rest is
// below half an ulp.
func sinh1(x float64) float64 {
	v := math.Abs(x)
	var y float64
	if v < 22 {
		e := expm11(v)
		y = float64(0.5 * (e + e/(e+1)))
		if e < 0x1p-30 {
			y = v // where halving would round a subnormal number twice
		}
	} else {
		y = halfExp(v)
	}
	return math.Copysign(y, x)
}

func cosh1(x float64) float64 {
	v := math.Abs(x)
	return halfExp(v) + halfExp(-v)
}

// asinh1 is log1p(v + v²/(1+√(1+v²))), v = |x|, and log v + ln 2 where v² would
// overflow or 1 is lost in it.
func asinh1(x float64) float64 {
	v := math.Abs(x)
	if v > 0x1p28 {
		return math.Copysign(log1(v)+(ln2Hi+ln2Lo), x)
	}
	w := float64(v * v)
	return math.Copysign(log1p1(v+w/(1+math.Sqrt(1+w))), x)
}

// SinhSum returns sinh(x + rest), rest being half an ulp of x at most: to about
// an ulp where |x| > 0.4.
func SinhSum(x, rest float64) float64 {
	v := math.Abs(x)
	if v < 0.4 || !(v < 700) {
		return sinh1(x) + rest
	}
	r, kb := reduce(v)
	e := quickSum(1, expm1Poly(r+math.Copysign(rest, rest*x)))
	k := pow2(kb)
	y := wide{e.hi * k, e.lo * k}.plus(wide{hi: -1 / k}.over(e))
	return math.Copysign(0.5*(y.hi+y.lo), x)
}
