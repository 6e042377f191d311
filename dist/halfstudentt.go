package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// HalfStudentT is the distribution of μ + s·|t| with t from Student's t
// distribution with ν degrees of freedom: twice its density, for x ≥ μ.
type HalfStudentT struct {
	DF, Loc, Scale autodiff.Value
}

// NewHalfStudentT returns d independent half Student t columns. It panics unless
// df and scale are positive; a fixed df may be infinite, which is the half-normal distribution.
func NewHalfStudentT(d int, df, loc, scale autodiff.Value) *Columns {
	return NewColumns(d, &HalfStudentT{degrees("NewHalfStudentT", "df", df), loc, positive("NewHalfStudentT", "scale", scale)})
}

func (h *HalfStudentT) values() values  { return values{h.Loc, h.Scale, h.DF} }
func (h *HalfStudentT) family() *family { return halfStudentTFamily }

var halfStudentTFamily = &family{
	name: "HalfStudentT", params: []string{"loc", "scale", "df"}, kind: locScale,
	logDensity: within(0, math.Inf(1), func(z autodiff.Var, p vars) autodiff.Var {
		return studentT(z, p).AddConst(math.Ln2)
	}),
	high: studentHigh,
	highTails: func(l, _ float64, p nums) (float64, float64) {
		outside, inside := student(p[2]).LogSidesFar(l)
		return inside, outside
	},
	support: positiveHalf,
	both: func(z float64, p nums) (lower, upper float64) {
		upper, lower = studentSides(z, p[2])
		return lower, upper
	},
	logTails: func(z float64, p nums) (float64, float64) {
		outside, inside := student(p[2]).LogSides(z)
		return inside, outside
	},
	quantile: func(lower, upper float64, p nums) float64 { return studentQuantile(upper, lower, p[2]) },
	draw:     func(r *rand.Rand, p nums) float64 { return math.Abs(studentTFamily.draw(r, p)) },
	drop:     func(z, y float64, p nums) float64 { return studentDrop(z, y, p[2]) },
	mean:     halfStudentMean,
	variance: func(p nums) float64 {
		m := halfStudentMean(p)
		return studentVariance(p) - float64(m*m)
	},
	mode:    always(0),
	entropy: func(p nums) float64 { return studentEntropy(p) - math.Ln2 },
}

// halfStudentMean is E|t| = √(ν/π)·Γ(½(ν−1))/Γ(½ν), which tends to √(2/π).
func halfStudentMean(p nums) float64 {
	ν := p[2]
	c := 0.5 * (ν - 1)
	switch {
	case math.IsInf(ν, 1):
		return rootTwoOverπ
	case ν > 4:
		e := special.Expm1(-special.LogRise(c, 0.5, 0.5*ν))
		return rootTwoOverπ + kernel.FMA(rootTwoOverπ, e, rootTwoOverπLow)
	}
	return momentUpTo(1, ν, math.Sqrt(ν/math.Pi)*special.Gamma(c)/special.Gamma(0.5*ν))
}

// rootTwoOverπ + rootTwoOverπLow is √(2/π).
const (
	rootTwoOverπ    = 0x1.9884533d43651p-1
	rootTwoOverπLow = -0x1.cbc0d30ebfd15p-55
)
