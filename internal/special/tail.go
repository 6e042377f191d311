package special

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
)

// Large shapes: the distribution functions of gamma and beta numbers are what remains of
// the kernel by an integral over an exponential that falls from 1, whose cost does not
// depend on the shapes.

// large is the shape from which on that is faster than series and fractions.
const large = 1e6

// Expm1Minus returns eˢ − 1 − s, exact near 0.
func Expm1Minus(s float64) float64 {
	if math.Abs(s) > 0.5 {
		return Expm1(s) - s
	}
	sum := 1.0 // Σ 2·sᵏ/(k+2)!
	for k := 16.0; k >= 3; k-- {
		sum = kernel.FMA(sum, s/k, 1)
	}
	return 0.5 * s * s * sum
}

// falling returns ∫ exp(−h(s)) ds from 0 to ∞ for a convex h with h(0) = 0, the slope
// g ≥ 0 and the curvature c there: by Gauss's quadrature up to where h is about 45.
func falling(g, c float64, h func(s float64) float64) float64 {
	lo, hi := 0.0, 2/(g+math.Sqrt(kernel.FMA(g, g, 4*c)))
	for range 1100 { // enough for all of float64
		if !(h(hi) < 45) {
			break
		}
		lo, hi = hi, 2*hi
	}
	for range 4 {
		if mid := 0.5*lo + 0.5*hi; h(mid) < 45 {
			lo = mid
		} else {
			hi = mid
		}
	}
	sum := 0.0
	for i, end := range panels[1:] {
		half, mid := 0.5*(end-panels[i]), 0.5*(end+panels[i])
		part := 0.0
		for _, n := range gauss {
			up, down := hi*kernel.FMA(half, n[0], mid), hi*kernel.FMA(-half, n[0], mid)
			part = kernel.FMA(n[1], Exp(-h(up))+Exp(-h(down)), part)
		}
		sum = kernel.FMA(half, part, sum)
	}
	return hi * sum
}

// panels are the ends of those on which falling integrates: the first are short, since an h that ends in a line may
// begin with a bend.
var panels = [...]float64{0, 1. / 64, 1. / 32, 1. / 16, 1. / 8, 1. / 4, 3. / 8, 1. / 2, 5. / 8, 3. / 4, 7. / 8, 1}

// gammaTail returns P(a, x)/kernel, or Q(a, x)/kernel, in the variable log t.
func gammaTail(a, x float64, lower bool) float64 {
	if lower {
		return falling(max(a-x, 0), x, func(s float64) float64 { return kernel.FMA(a-x, s, float64(x*Expm1Minus(-s))) })
	}
	return falling(max(x-a, 0), x, func(s float64) float64 { return kernel.FMA(x-a, s, float64(x*Expm1Minus(s))) })
}

// betaTilt returns a − (a+b)·x = a·y − b·x, exact where it is small.
func betaTilt(a, b, x, y float64) float64 {
	w := float64(b * x)
	return kernel.FMA(a, y, -w) - kernel.FMA(b, x, -w)
}

// betaTail returns I(a, b; x)/kernel, y = 1 − x, in the variable log(x/y).
func betaTail(a, b, x, y float64) float64 {
	n, e := a+b, betaTilt(a, b, x, y)
	return falling(max(e, 0), n*x*y, func(s float64) float64 {
		switch {
		case x < y:
			return kernel.FMA(e, s, float64(n*kernel.FMA(x, Expm1Minus(-s), Log1pMinus(x*Expm1(-s)))))
		case s < 1:
			return kernel.FMA(e, s, float64(n*kernel.FMA(y, Expm1Minus(s), Log1pMinus(y*Expm1(s)))))
		}
		l := s + Log(y)
		if s < 600 {
			l = Log1p(y * Expm1(s))
		}
		return kernel.FMA(-b, s, float64(n*l))
	})
}

// logBetaTail returns log(I(a, b; x)/kernel).
func logBetaTail(a, b, x, y float64) float64 {
	if max(a, b) > large {
		return Log(betaTail(a, b, x, y))
	}
	return -Log(betaFraction(a, b, x, y))
}

// balanced returns both tails, of which the smaller one is accurate, from a function
// that knows each; below says which to try first, and swap whether the other may be
// tried.
func balanced(below, swap bool, tail func(lower bool) float64) (p, q float64) {
	t := tail(below)
	if t > 0.7 && swap {
		below = !below
		t = tail(below)
	}
	if below {
		return t, 1 - t
	}
	return 1 - t, t
}
