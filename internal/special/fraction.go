package special

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
)

// terms are aₙ and bₙ of the continued fraction b₀ + a₁/(b₁ + a₂/(b₂ + …)): values and not closures,
// which would be allocated where the compiler does not inline what makes them.
type terms interface {
	at(n float64) (num, den float64)
}

// fraction returns the continued fraction. If Lentz's method needs few terms, half as
// many again are evaluated from the last to the first, where rounding errors do not
// add up.
func fraction[T terms](b0 float64, t T) float64 {
	f, n := lentz(b0, t)
	if n > 1000 {
		return f
	}
	tail := 0.0
	for k := n + math.Ceil(0.5*n); k > 0; k-- {
		num, den := t.at(k)
		tail = num / nonZero(den+tail)
	}
	return b0 + tail
}

// lentz returns the continued fraction, by Lentz's method, and the number of terms.
func lentz[T terms](b0 float64, t T) (f, n float64) {
	f, c, d := b0, b0, 0.0
	for n = 1.0; n < 1e6; n++ {
		num, den := t.at(n)
		d = 1 / nonZero(kernel.FMA(num, d, den))
		c = nonZero(den + num/c)
		r := float64(c * d)
		f *= r
		if math.Abs(r-1) <= 0x1p-52 {
			break
		}
	}
	return f, n
}

func nonZero(x float64) float64 {
	if x == 0 {
		return 1e-300
	}
	return x
}

// betaFraction returns xᵃ·yᵇ/B(a,b)/I_x(a,b), the continued fraction of
// A. R. DiDonato and A. H. Morris, Significant digit computation of the incomplete beta
// function ratios, 1992.
func betaFraction(a, b, x, y float64) float64 { return fraction(newBetaTerms(a, b, x, y)) }

type betaTerms struct{ a, b, x, y, e float64 }

func newBetaTerms(a, b, x, y float64) (b0 float64, t betaTerms) {
	e := kernel.FMA(a, y, -float64(b*x)) + 1 // a − (a+b)·x + 1
	return a * e / (a + 1), betaTerms{a, b, x, y, e}
}

func (t betaTerms) at(n float64) (num, den float64) {
	a, b, x := t.a, t.b, t.x
	m := kernel.FMA(2, n, a-1)
	s := n * (b - n) * x / m
	num = (a + n - 1) * (a + b + n - 1) * s * x / m
	return num, n + s + (a+n)*kernel.FMA(n, 1+t.y, t.e)/(m+2)
}

// positiveTerms are those of xᵃ·yᵇ⁻¹/(a·B(a,b))/I_x(a,b) = 1 + c₁/(1 + c₂/(1 + …)) in z = x/y, which are positive for b < 1:
// nothing cancels where x is not small either.
type positiveTerms struct{ a, b, z float64 }

func (t positiveTerms) at(n float64) (num, den float64) {
	m := math.Floor(0.5 * n)
	if num = m * (t.a + t.b + m - 1); n > 2*m {
		num = (t.a + m) * (m + 1 - t.b)
	}
	return t.z * (num / ((t.a + n - 1) * (t.a + n))), 1
}
