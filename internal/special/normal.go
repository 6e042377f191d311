package special

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
)

// Ndtr returns Φ(z), the normal distribution function.
func Ndtr(z float64) float64 { return kernel.NormalCDFOne(z) }

// NdtrWithin returns P(|Z| ≤ z) = Φ(z) − Φ(−z) for z ≥ 0.
func NdtrWithin(z float64) float64 { return kernel.NormalWithin(z) }

// NdtrTail returns e^(z²/2)·Φ(−z).
func NdtrTail(z float64) float64 { return kernel.NormalTail(z) }

// gauss are the positive points and the weights of Gauss's quadrature of 12 points on
// (−1, 1).
var gauss = [6][2]float64{
	{0.12523340851146891547, 0.24914704581340278500}, {0.36783149899818019375, 0.23349253653835480876},
	{0.58731795428661744730, 0.20316742672306592175}, {0.76990267419430468704, 0.16007832854334622633},
	{0.90411725637047485668, 0.10693932599531843096}, {0.98156063424671925069, 0.04717533638651182719},
}

// Gauss returns the points and weights of that quadrature on (0, 1).
func Gauss() (points, weights [12]float64) {
	for i, g := range gauss {
		points[i], points[11-i] = 0.5-0.5*g[0], 0.5+0.5*g[0]
		weights[i], weights[11-i] = 0.5*g[1], 0.5*g[1]
	}
	return points, weights
}

// NdtrTailDrop returns NdtrTail(z) − NdtrTail(z+w) for w ≥ 0, exact for small w.
func NdtrTailDrop(z, w float64) float64 {
	switch {
	case z > 1e8: // the tail is 1/(z·√2π)
		return invSqrt2π / z / (1 + z/w)
	case w > 1:
		return NdtrTail(z) - NdtrTail(z+w)
	}
	sum, mid := 0.0, z+0.5*w
	for _, g := range gauss { // of minus the derivative
		up, down := kernel.FMA(0.5*w, g[0], mid), kernel.FMA(-0.5*w, g[0], mid)
		sum = kernel.FMA(g[1], kernel.FMA(-up, NdtrTail(up), invSqrt2π)+kernel.FMA(-down, NdtrTail(down), invSqrt2π), sum)
	}
	return float64(0.5 * w * sum)
}

// NdtrInv returns the z with Φ(z) = p and Φ(−z) = q; the smaller of the two is
// used.
func NdtrInv(p, q float64) float64 { return kernel.NormalQuantileAt(0.5*(p-q), min(p, q)) }

// NdtrWithinInv returns the z ≥ 0 with P(|Z| ≤ z) = p and P(|Z| > z) = q; the
// smaller of the two is used.
func NdtrWithinInv(p, q float64) float64 { return kernel.NormalQuantileAt(0.5*p, 0.5*q) }

// LogNdtr returns log Φ(z).
func LogNdtr(z float64) float64 {
	switch {
	case z > 0:
		return Log1p(-Ndtr(-z))
	case z > -1:
		return Log(Ndtr(z))
	}
	return kernel.FMA(-0.5*z, z, Log(NdtrTail(-z)))
}

// LogNdtrInv returns the z with log Φ(z) = p and log Φ(−z) = q, of which the smaller
// is used.
func LogNdtrInv(p, q float64) float64 {
	l := min(p, q)
	if l > -600 {
		return NdtrInv(Exp(p), Exp(q))
	}
	z := -math.Sqrt(-2 * l)
	for range 6 { // Newton's steps for log Φ, which is concave
		z = z - (LogNdtr(z)-l)/Hazard(z)
	}
	return math.Copysign(z, p-q)
}

// Hazard returns φ(z)/Φ(z), the derivative of log Φ.
func Hazard(z float64) float64 {
	if z > 5 {
		return NormalDensity(z) / Ndtr(z)
	}
	return invSqrt2π / NdtrTail(-z)
}

const invSqrt2π = 0.398942280401432677939946059934381868475858631164934

// NormalDensity returns φ(z), with what the rounding of z² takes from the exponent.
func NormalDensity(z float64) float64 { return invSqrt2π * ExpHalfSquare(z) }

// ExpHalfSquare returns e^(−z²/2).
func ExpHalfSquare(z float64) float64 {
	h := float64(z * z)
	e := Exp(-0.5 * h)
	if e == 0 {
		return 0
	}
	return kernel.FMA(-0.5*kernel.FMA(z, z, -h), e, e)
}
