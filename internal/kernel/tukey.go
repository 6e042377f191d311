package kernel

import "math"

// TukeyStart sets x to a first approximation of the size of the root of Tukey's g-and-h function,
// y = (exp(g·x) − 1)/g·exp(h·x²/2), for y ≠ 0 and h > 0; skew to g of |y| and inv to 1/(skew·|y|), with
// 2⁻¹⁰⁰ for a smaller |g|. With (y/x)² of the roots for g = 0, by an approximation of Lambert's W, and for h = 0, it
// takes their sum less one.
func TukeyStart(x, inv, skew, y, g, h []float64) {
	if fastTukeyStart(x, inv, skew, y, g, h) {
		return
	}
	for i, v := range y {
		x[i], inv[i], skew[i] = tukeyStart1(v, g[i], h[i])
	}
}

func tukeyStart1(y, g, h float64) (x, inv, skew float64) {
	size := math.Abs(y)
	skew = math.Copysign(greater(math.Abs(g), 0x1p-100), g*math.Copysign(1, y))
	u := float64(skew * size)
	ratio := u / log1p1(greater(u, -1))
	a := log1p1(float64(h*size) * size)
	w := float64(a * (1 - log1p1(a)/(a+2)))
	s := greater(FMA(ratio, ratio, exp1(w)-1), 0x1p-20)
	return size / math.Sqrt(s), 1 / u, skew
}

// greater returns a if it is greater than b, else b, also where one of them is NaN.
func greater(a, b float64) float64 {
	if a > b {
		return a
	}
	return b
}

// TukeyStep makes a step of Halley's method for log x as the root of log(f/|y|), of which miss is the value
// and rise the derivative before the step.
func TukeyStep(miss, rise, x, skew, h, inv []float64) {
	if fastTukeyStep(miss, rise, x, skew, h, inv) {
		return
	}
	for i, v := range x {
		miss[i], rise[i], x[i] = tukeyStep1(v, skew[i], h[i], inv[i])
	}
}

func tukeyStep1(x, skew, h, inv float64) (miss, rise, next float64) {
	t := float64(skew * x)
	e := expm11(t)
	b := float64(exp1(t)*t) / e // the derivative of log e by log x
	q := float64(float64(h*x) * x)
	miss = FMA(q, 0.5, log1(float64(e*inv)))
	rise = b + q
	bend := FMA(b, t+1-b, q+q) // and its derivative
	square := float64(rise * rise)
	den := greater(float64(square*0.5), FMA(-float64(miss*0.5), bend, square))
	u := float64(miss*rise) / den
	if 1 < u {
		u = 1
	}
	u = greater(-1, u)
	f := FMA(-u, 1.0/6, 0.5)
	f = FMA(-u, f, 1)
	return miss, rise, FMA(-float64(u*x), f, x)
}
