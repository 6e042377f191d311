package special

import "math"

// A terms function returns aₙ and bₙ of the continued fraction b₀ + a₁/(b₁ + a₂/(b₂ + …)).
type terms func(n float64) (num, den float64)

// fraction returns the continued fraction. If Lentz's method needs few terms, half as
// many again are evaluated from the last to the first, where rounding errors do not
// add up.
func fraction(b0 float64, at terms) float64 {
	f, n := lentz(b0, at)
	if n > 64 {
		return f
	}
	tail := 0.0
	for k := n + math.Ceil(0.5*n); k > 0; k-- {
		num, den := at(k)
		tail = num / nonZero(den+tail)
	}
	return b0 + tail
}

// lentz returns the continued fraction, by Lentz's method, and the number of terms.
func lentz(b0 float64, at terms) (f, n float64) {
	f, c, d := b0, b0, 0.0
	for n = 1.0; n < 1e6; n++ {
		num, den := at(n)
		d = 1 / nonZero(math.FMA(num, d, den))
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
