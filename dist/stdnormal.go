package dist

import (
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"gonum.org/v1/gonum/mat"
)

// StdNormal is the standard normal distribution N(0, I) of D columns:
// log p(x) = −½·(‖x‖² + D·log 2π).
type StdNormal struct {
	D int
}

// NewStdNormal returns the standard normal distribution of d columns. It panics
// unless d is positive.
func NewStdNormal(d int) *StdNormal {
	checkDim("NewStdNormal", d)
	return &StdNormal{D: d}
}

// Dim returns D.
func (n *StdNormal) Dim() int { return n.D }

// LogDensity returns log p of each row, in one operation.
func (n *StdNormal) LogDensity(x autodiff.Var) autodiff.Var {
	checkCols("StdNormal: LogDensity", x.Cols(), n.D)
	return x.StdNormalLogDensity()
}

// Draw fills the rows of batch.
func (n *StdNormal) Draw(batch *mat.Dense, src rand.Source) {
	if !hasRows("StdNormal: Draw", batch, n.D) {
		return
	}
	drawNormal(batch, src)
}

// LogProb returns log p(x).
func (n *StdNormal) LogProb(x []float64) float64 { return LogProb(n, x) }

// Rand draws one row into dst; nil allocates.
func (n *StdNormal) Rand(dst []float64) []float64 { return Rand(n, dst) }

// CDF sets dst[j] = Φ(xⱼ).
func (n *StdNormal) CDF(dst, x []float64) []float64 { return n.columns().CDF(dst, x) }

// Survival sets dst[j] = Φ(−xⱼ).
func (n *StdNormal) Survival(dst, x []float64) []float64 { return n.columns().Survival(dst, x) }

// Quantile sets dst[j] = Φ⁻¹(pⱼ).
func (n *StdNormal) Quantile(dst, p []float64) []float64 { return n.columns().Quantile(dst, p) }

// LogCDF sets dst[j] = log Φ(xⱼ).
func (n *StdNormal) LogCDF(dst, x []float64) []float64 { return n.columns().LogCDF(dst, x) }

// LogSurvival sets dst[j] = log Φ(−xⱼ).
func (n *StdNormal) LogSurvival(dst, x []float64) []float64 { return n.columns().LogSurvival(dst, x) }

// LogInterval sets dst[j] = log(Φ(bⱼ) − Φ(aⱼ)), −Inf unless aⱼ < bⱼ.
func (n *StdNormal) LogInterval(dst, a, b []float64) []float64 {
	return n.columns().LogInterval(dst, a, b)
}

// InverseSurvival sets dst[j] = −Φ⁻¹(qⱼ).
func (n *StdNormal) InverseSurvival(dst, q []float64) []float64 {
	return n.columns().InverseSurvival(dst, q)
}

// InverseLogCDF sets dst[j] = Φ⁻¹(exp lⱼ).
func (n *StdNormal) InverseLogCDF(dst, l []float64) []float64 {
	return n.columns().InverseLogCDF(dst, l)
}

// InverseLogSurvival sets dst[j] = −Φ⁻¹(exp lⱼ).
func (n *StdNormal) InverseLogSurvival(dst, l []float64) []float64 {
	return n.columns().InverseLogSurvival(dst, l)
}

// Mean sets dst to zeros.
func (n *StdNormal) Mean(dst []float64) []float64 { return n.columns().Mean(dst) }

// Variance sets dst to ones.
func (n *StdNormal) Variance(dst []float64) []float64 { return n.columns().Variance(dst) }

// Mode sets dst to zeros.
func (n *StdNormal) Mode(dst []float64) []float64 { return n.columns().Mode(dst) }

// Entropy returns ½·D·log 2πe.
func (n *StdNormal) Entropy() float64 { return n.columns().Entropy() }

// Support returns ℝᵈ.
func (n *StdNormal) Support() Support { return realRows(n.D) }

func (n *StdNormal) columns() *Columns {
	return &Columns{D: n.D, Of: standardNormal}
}

var standardNormal = &Normal{Loc: autodiff.Fixed(0), Scale: autodiff.Fixed(1)}
