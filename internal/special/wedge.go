package special

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
)

// Masses of wedges under the standard normal density of the plane: D. B. Owen, Tables for computing bivariate
// normal probabilities, 1956.

// OwenT returns T(h, a) = 1/2π·∫ exp(−½h²(1+x²))/(1+x²) dx from 0 to a, for h, a ≥ 0.
func OwenT(h, a float64) float64 {
	if a == 0 || math.IsInf(h, 1) {
		return 0
	}
	if a > 1 {
		far := h * a
		qh, qa := Ndtr(-h), Ndtr(-far)
		return 0.5*(qh+qa) - float64(qh*qa) - OwenT(far, 1/a)
	}
	return Exp(-0.5*h*h) * wedge(h, 0, min(a, 9/h))
}

// LogBeyondT returns the logarithm of 1/π·∫ exp(−½h²(1+x²))/(1+x²) dx from a to ∞, that is of
// Φ(−h) − 2T(h, a), for h, a ≥ 0.
func LogBeyondT(h, a float64) float64 {
	far := h * a
	switch {
	case h <= 1 && far <= 0.5 && a <= 1:
		return Log(Ndtr(-h) - float64(2*OwenT(h, a)))
	case h <= 1 && far <= 0.5:
		return Log(float64(2*OwenT(far, 1/a)) - float64(Ndtr(-far)*NdtrWithin(h)))
	case far > 1e150 || h > 1e150:
		return math.Inf(-1)
	}
	width, sum := 80/h/(far+math.Sqrt(kernel.FMA(far, far, 80))), 0.0 // where the exponent has fallen by 40
	from := 0.0
	for to := width / 128; from < width; from, to = to, 2*to {
		sum += beyond(h, a, from, min(to, width))
	}
	return Log(sum/math.Pi) - float64(0.5*h*h) - float64(0.5*far*far)
}

// wedge returns 1/2π·∫ exp(−½h²x²)/(1+x²) dx.
func wedge(h, from, to float64) float64 {
	const panels = 4
	sum, width := 0.0, (to-from)/panels
	for k := range panels {
		mid := from + float64(width*(float64(k)+0.5))
		for _, g := range gauss {
			for _, x := range [2]float64{kernel.FMA(0.5*width, g[0], mid), kernel.FMA(-0.5*width, g[0], mid)} {
				hx := h * x
				sum = kernel.FMA(g[1], Exp(-0.5*hx*hx)/kernel.FMA(x, x, 1), sum)
			}
		}
	}
	return sum * width / (4 * math.Pi)
}

// beyond returns ∫ exp(−½h²(2av+v²))/(1+(a+v)²) dv.
func beyond(h, a, from, to float64) float64 {
	sum, half, mid := 0.0, 0.5*(to-from), 0.5*(to+from)
	for _, g := range gauss {
		for _, v := range [2]float64{kernel.FMA(half, g[0], mid), kernel.FMA(-half, g[0], mid)} {
			x, hv := a+v, h*v
			sum = kernel.FMA(g[1], Exp(-0.5*hv*(2*h*a+hv))*(half/x/(x+1/x)), sum)
		}
	}
	return sum
}
