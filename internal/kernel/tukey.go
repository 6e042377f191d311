package kernel

import "math"

// TukeyStep makes a step of Halley's method for the root x > 0 of Tukey's g-and-h function,
// y = (exp(g·x) − 1)/g·exp(h·x²/2) with y > 0 and h > 0, as a function of log x: x moves, miss is the logarithm of
// the function over y before, and rise its derivative by log x.
func TukeyStep(miss, rise, x, g, h, y []float64) {
	if fastTukeyStep(miss, rise, x, g, h, y) {
		return
	}
	for i, v := range x {
		miss[i], rise[i], x[i] = tukeyStep1(v, g[i], h[i], y[i])
	}
}

func tukeyStep1(x, g, h, y float64) (miss, rise, next float64) {
	t := float64(g * x)
	over := 1.0
	if !(math.Abs(t) < 0x1p-60) {
		over = expm11(t) / t
	}
	b := exp1(t) / over // the derivative of log((exp t − 1)/g) by log x
	q := float64(float64(h*x) * x)
	miss = math.FMA(q, 0.5, log1(float64(x*over)/y))
	rise = b + q
	bend := math.FMA(b, t+1-b, q+q) // and its derivative
	square := float64(rise * rise)
	den := math.FMA(-float64(miss*0.5), bend, square)
	if half := float64(square * 0.5); half > den {
		den = half
	}
	u := float64(miss*rise) / den
	if 1 < u {
		u = 1
	}
	if -1 > u {
		u = -1
	}
	e := math.FMA(-u, 1.0/6, 0.5)
	e = math.FMA(-u, e, 1)
	return miss, rise, math.FMA(-float64(u*x), e, x)
}
