package special

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
)

const log2π = 1.8378770664093454835606594728112352797227949472756

// Log1pMinus returns log(1+u) − u, exact near 0.
func Log1pMinus(u float64) float64 {
	if u < -0.4 || u > 0.6 {
		if math.IsInf(u, 1) {
			return math.Inf(-1)
		}
		return Log1p(u) - u
	}
	// log(1+u) = 2·atanh r with r = u/(2+u), and u − 2r = r·u.
	r := u / (2 + u)
	s := float64(r * r)
	sum := 0.0
	for k := 31.0; k >= 3; k -= 2 {
		sum = kernel.FMA(sum, s, 1/k)
	}
	return float64(r * (float64(2*s*sum) - u))
}

// Deviance returns a·log(a/t) + t − a ≥ 0, exact where t is near a.
func Deviance(a, t float64) float64 {
	if a == 0 {
		return t
	}
	return float64(-a * logRatioMinus(t/a, (t-a)/a))
}

// logRatioMinus returns log r − e where e = r − 1, exact where r is near 1.
func logRatioMinus(r, e float64) float64 {
	if r > 0.6 && r < 1.6 {
		return Log1pMinus(e)
	}
	if math.IsInf(e, 1) {
		return math.Inf(-1)
	}
	return Log(r) - e
}

// leastShape is where shapes are so small that 1/Γ(a) is a to the last digit, and quotients may overflow.
const leastShape = 1e-290

// Lgamma returns log Γ(x) for x > 0, with small relative error also near 1 and 2; NaN for x < 0.
func Lgamma(x float64) float64 {
	switch {
	case x < 0:
		return math.NaN()
	case x < 0.5: // Γ(x) = Γ(1+x)/x
		return Lgamma1p(x) - Log(x)
	case x <= 1.5:
		return Lgamma1p(x - 1)
	case x < 2.5: // Γ(x) = (x−1)·Γ(x−1)
		return Lgamma1p(x-2) + Log1p(x-2)
	case math.IsInf(x, 1):
		return x
	}
	l := Log(x)
	return kernel.FMA(x, l-1, kernel.FMA(-0.5, l, 0.5*log2π)+Stirling(x))
}

// Gamma returns Γ(x) for x > 0.
func Gamma(x float64) float64 {
	if x < 0.5 {
		return Exp(Lgamma1p(x)) / x
	}
	f := 1.0
	for ; x > 1.5 && x < 172; x-- {
		f *= x - 1
	}
	return f * Exp(Lgamma(x))
}

// Digamma returns ψ(x), the derivative of log Γ(x), for x > 0. (That of gonum
// v0.17 is good to 10 digits only.)
func Digamma(x float64) float64 {
	switch {
	case x < 0.5: // ψ(x) = ψ(1+x) − 1/x
		return digamma1p(x) - 1/x
	case x <= 1.5:
		return digamma1p(x - 1)
	case x < 2.5:
		return digamma1p(x-2) + 1/(x-1)
	case x >= 12:
		return Log(x) - digammaSeries(x)
	}
	product, slope := 1.0, 0.0 // x(x+1)…, whose logarithm has the derivative 1/x + 1/(x+1) + …
	for ; x < 12; x++ {
		product, slope = product*x, kernel.FMA(slope, x, product)
	}
	return Log(x) - (digammaSeries(x) + slope/product)
}

// digamma1p returns ψ(1+x) for |x| ≤ ½.
func digamma1p(x float64) float64 { return kernel.FMA(x, digammaRise(x), -eulerγ) }

// digammaRise returns (ψ(1+x) + γ)/x for |x| ≤ ½: Σ ζ(k)·(−x)ᵏ⁻².
func digammaRise(x float64) float64 {
	sum := 0.0
	for i := len(zetas) - 1; i >= 0; i-- {
		sum = kernel.FMA(-x, sum, float64(i+2)*zetas[i])
	}
	return sum
}

// Harmonic returns ψ(1+x) + γ for x ≥ 0, for integers 1 + ½ + … + 1/x.
func Harmonic(x float64) float64 {
	if x > 16 {
		return Digamma(1+x) + eulerγ
	}
	sum := 0.0
	for ; x > 0.5; x-- {
		sum += 1 / x
	}
	return kernel.FMA(x, digammaRise(x), sum)
}

// digammaSeries returns log x − ψ(x) for x ≥ 12.
func digammaSeries(x float64) float64 {
	s, u := 0.0, 1/x
	for k := len(stirling) - 1; k >= 0; k-- { // minus the derivative of Stirling's series
		s = kernel.FMA(s, u*u, float64(2*k+1)*stirling[k])
	}
	return float64(u * kernel.FMA(s, u, 0.5))
}

// DigammaGap returns log x − ψ(x) for x > 0, which tends to 1/2x.
func DigammaGap(x float64) float64 {
	sum := 0.0
	for ; x < 12; x++ { // the gap of x is that of x+1 and 1/x − log(1+1/x)
		sum -= Log1pMinus(1 / x)
	}
	return sum + digammaSeries(x)
}

// zetas are ζ(k)/k from k = 2.
var zetas = func() (z [55]float64) {
	for i := range z {
		k := float64(i + 2)
		z[i], _ = HurwitzZeta(k, 1)
		z[i] /= k
	}
	return z
}()

const eulerγ = 0.57721566490153286060651209008240243104215933593992

// Lgamma1p returns log Γ(1+x) for x > −1, exact near 0 and 1.
func Lgamma1p(x float64) float64 {
	switch {
	case x > 0.5 && x < 1.5:
		return Lgamma1p(x-1) + Log1p(x-1)
	case math.Abs(x) > 0.5:
		return Lgamma(1 + x)
	}
	sum := 0.0 // Σ ζ(k)·(−x)ᵏ/k
	for i := len(zetas) - 1; i >= 0; i-- {
		sum = kernel.FMA(-x, sum, zetas[i])
	}
	return x * kernel.FMA(x, sum, -eulerγ)
}

// LgammaGap returns (log Γ(1+2x) − 2·log Γ(1+x))/x² for x > −½, π²/6 at 0.
func LgammaGap(x float64) float64 {
	if math.Abs(x) > 0.17 {
		return (Lgamma(1+2*x) - 2*Lgamma(1+x)) / (x * x)
	}
	sum := 0.0 // Σ ζ(k)·(2ᵏ−2)·(−x)ᵏ⁻²/k
	for i := len(zetas) - 1; i >= 0; i-- {
		sum = kernel.FMA(-x, sum, zetas[i]*(math.Ldexp(1, i+2)-2))
	}
	return sum
}

// GammaRatio returns Γ(c+r)/Γ(c) for c, r > 0.
func GammaRatio(c, r float64) float64 {
	if c+r < 20 && (float64(r*r) > c || c < 1) {
		return Gamma(c+r) / Gamma(c)
	}
	u := r / c
	e := kernel.FMA(c+r-0.5, Log1pMinus(u), float64(u*(r-0.5)))
	return Pow(c, r) * Exp(e+(Stirling(c+r)-Stirling(c)))
}

// LogRise returns log(Γ(c+r)/Γ(c)/sʳ) for c, c+r, s > 0, exact for r of either sign that
// are small beside c.
func LogRise(c, r, s float64) float64 {
	u, far := r/c, Log(c)-Log(s)
	if e := (c - s) / s; math.Abs(e) < 0.5 {
		far = Log1p(e)
	}
	e := kernel.FMA(c+r-0.5, Log1pMinus(u), float64(u*(r-0.5)))
	return float64(r*far) + e + (Stirling(c+r) - Stirling(c))
}

// LgammaCurve returns (log Γ(c+2x) − 2·log Γ(c+x) + log Γ(c))/x² for c ≥ 1, 0 < x < ½: the mean
// of ψ′ around c+x.
func LgammaCurve(c, x float64) float64 {
	sum := 0.0
	for _, g := range gauss {
		for _, t := range [2]float64{0.5 - 0.5*g[0], 0.5 + 0.5*g[0]} {
			up, _ := HurwitzZeta(2, kernel.FMA(x, t, c+x))
			down, _ := HurwitzZeta(2, kernel.FMA(-x, t, c+x))
			sum = kernel.FMA(0.5*g[1]*(1-t), up+down, sum)
		}
	}
	return sum
}

// GammaKernel returns tᵃ·e⁻ᵗ/Γ(a) for a > 0, t ≥ 0.
func GammaKernel(a, t float64) float64 {
	switch {
	case a < 1 && t < 700:
		return Pow(t, a) * Exp(-t) / Gamma(a)
	case isWide(a, t):
		return math.Sqrt(a/(2*math.Pi)) * Exp(-Stirling(a)) * kernel.ExpSum(kernel.GammaPower(a, t))
	}
	return Exp(LogGammaKernel(a, t))
}

// LogGammaKernel returns the logarithm of GammaKernel.
func LogGammaKernel(a, t float64) float64 {
	norm := 0.5*(Log(a)-log2π) - Stirling(a)
	if isWide(a, t) {
		hi, lo := kernel.GammaPower(a, t)
		return hi + (norm + lo)
	}
	return norm - Deviance(a, t)
}

// isWide says whether kernel.GammaPower takes a and t.
func isWide(a, t float64) bool { return min(a, t) > 1e-100 && max(a, t) < 1e15 }
