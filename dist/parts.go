package dist

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// Numbers in two parts, a float64 and what its rounding took.

// standardParts returns z = (hi + lo − loc)/scale, and what its rounding took from it.
func standardParts(hi, lo, loc, scale float64) (z, rest float64) {
	d, low := special.TwoSum(hi, -loc)
	low += lo
	sum := d + low
	z = sum / scale
	if !(math.Abs(z) < 1e100) || scale < 1e-100 || scale > 1e100 {
		return z, 0
	}
	return z, (kernel.FMA(-z, scale, sum) + ((d - sum) + low)) / scale
}

// logStandardParts returns z = (log x − μ)/σ, and what its rounding and that of log x took from it.
func logStandardParts(x float64, p nums) (z, rest float64) {
	hi, lo := kernel.LogSum(x)
	return standardParts(hi, lo, p[0], p[1])
}

// fromStandardParts returns loc + scale·(z + rest), and what its rounding took from it.
func (f *family) fromStandardParts(z, rest float64, p nums) (x, low float64) {
	loc, scale := f.where(p)
	step := float64(scale * z)
	x, low = special.TwoSum(loc, step)
	if math.IsInf(x, 0) {
		return x, 0
	}
	return x, low + kernel.FMA(scale, z, -step) + float64(scale*rest)
}

// sigmoidNear returns sigmoid(z + rest) for a small rest.
func sigmoidNear(z, rest float64) float64 {
	s := special.Sigmoid(z)
	return kernel.FMA(s*special.Sigmoid(-z), rest, s)
}

// expParts returns eᶻ at z + rest, and what its rounding took from it.
func expParts(z, rest float64) (e, low float64) {
	e = special.Exp(z)
	if !(math.Abs(z) < 700) {
		return e, 0
	}
	hi, lo := kernel.LogSum(e)
	return e, float64(e * (((z - hi) - lo) + rest))
}
