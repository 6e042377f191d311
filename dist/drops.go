package dist

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// How log-densities fall, log p(z) − log p(z+y), without cancellation. Several families
// share these.

// normalDrop is that of ½z².
func normalDrop(z, y float64, _ nums) float64 { return y * (z + 0.5*y) }

// laplaceDrop is that of |z|.
func laplaceDrop(z, y float64, _ nums) float64 {
	switch {
	case z >= 0 && z+y >= 0:
		return y
	case z <= 0 && z+y <= 0:
		return -y
	}
	return math.Abs(z+y) - math.Abs(z)
}

// gumbelDrop is that of z + e⁻ᶻ.
func gumbelDrop(z, y float64, _ nums) float64 { return y + scaledExpm1(special.Exp(-z), -y) }

// scaledExpm1 returns s·(eʸ − 1), 0 for y = 0.
func scaledExpm1(s, y float64) float64 {
	if y == 0 {
		return 0
	}
	return s * special.Expm1(y)
}

// powerDrop is that of c·log z.
func powerDrop(c, z, y float64) float64 {
	if c == 0 || y == 0 {
		return 0
	}
	return c * special.Log1p(y/z)
}

// extremeDrop returns w(z+y) − w(z) for the w of extreme.
func extremeDrop(z, y, ξ float64) float64 { return extreme(y/kernel.FMA(ξ, z, 1), ξ) }

// studentDrop is that of ½(ν+1)·log(ν+z²).
func studentDrop(z, y, ν float64) float64 {
	ratio := y * (2*z + y) / kernel.FMA(z, z, ν)
	if math.Abs(z) > 1e150 || math.Abs(y) > 1e150 {
		r := y / z
		ratio = r * (2 + r) / (1 + ν/z/z)
	}
	return 0.5 * (ν + 1) * special.Log1p(ratio)
}
