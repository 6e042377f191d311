package dist

import (
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/need"
	"gonum.org/v1/gonum/mat"
)

// PrecisionNormal is the normal distribution N(μ, (P·Pᵀ)⁻¹) with a lower
// triangular P: log p(x) = −½·‖Pᵀ(x−μ)‖² + Σ log|Pⱼⱼ| − ½·d·log 2π. Zeros in P say
// which columns are independent given the others. Its cost is d² per row.
type PrecisionNormal struct {
	Loc autodiff.Value
	// P is d×d; what stands above its diagonal is ignored.
	P *autodiff.Param
}

// NewPrecisionNormal returns N(loc, Λ⁻¹), whose factor is learned if loc is. It
// returns an error unless Λ is positive definite, and panics unless loc fits.
func NewPrecisionNormal(loc autodiff.Value, precision mat.Symmetric) (*PrecisionNormal, error) {
	need.One("dist: NewPrecisionNormal", "matrix", precision)
	p, err := lowerFactor("NewPrecisionNormal", precision)
	if err != nil {
		return nil, err
	}
	p.Freeze(loc.Constant)
	m := &PrecisionNormal{loc, p}
	if err := m.Restore(); err != nil {
		panic(err.Error())
	}
	return m, nil
}

// Restore checks the fields.
func (m *PrecisionNormal) Restore() error { return checkSquare("PrecisionNormal", m.Loc, m.P) }

// Dim returns the number of columns.
func (m *PrecisionNormal) Dim() int { d, _ := m.P.Dims(); return d }

// LogDensity returns log p of each row.
func (m *PrecisionNormal) LogDensity(x autodiff.Var) autodiff.Var {
	checkCols("PrecisionNormal: LogDensity", x.Cols(), m.Dim())
	t := x.Tape()
	p := t.Use(m.P)
	in, penalty := finite(x)
	z := in.Sub(m.Loc.On(t)).TriMul(p, autodiff.Tri{Trans: true})
	return z.StdNormalLogDensity().Add(logDiagonal(p)).Add(penalty)
}

// Draw fills the rows of batch with the solutions of Pᵀ(x−μ) = z.
func (m *PrecisionNormal) Draw(batch *mat.Dense, src rand.Source) {
	if !hasRows("PrecisionNormal: Draw", batch, m.Dim()) {
		return
	}
	drawNormal(batch, src)
	for i := range batch.RawMatrix().Rows {
		m.solve(batch.RawRowView(i))
	}
	shift(batch, m.Loc.Numbers())
}

// solve replaces z by the solution x of Pᵀx = z.
func (m *PrecisionNormal) solve(z []float64) {
	p, d := m.P.Data(), len(z)
	for j := d - 1; j >= 0; j-- {
		x := z[j]
		for i := j + 1; i < d; i++ {
			x = kernel.FMA(-p[i*d+j], z[i], x)
		}
		z[j] = x / p[j*d+j]
	}
}

// LogProb returns log p(x).
func (m *PrecisionNormal) LogProb(x []float64) float64 { return LogProb(m, x) }

// Rand draws one row into dst; nil allocates.
func (m *PrecisionNormal) Rand(dst []float64) []float64 { return Rand(m, dst) }

// CDF sets dst[j] = P(Xⱼ ≤ xⱼ).
func (m *PrecisionNormal) CDF(dst, x []float64) []float64 { return m.marginal().CDF(dst, x) }

// Survival sets dst[j] = P(Xⱼ > xⱼ).
func (m *PrecisionNormal) Survival(dst, x []float64) []float64 { return m.marginal().Survival(dst, x) }

// Quantile sets dst[j] to the pⱼ-quantile of column j. It panics unless 0 ≤ pⱼ ≤ 1.
func (m *PrecisionNormal) Quantile(dst, p []float64) []float64 { return m.marginal().Quantile(dst, p) }

// marginal returns independent columns distributed as those of m.
func (m *PrecisionNormal) marginal() *Columns { return normalColumns(m.Mean(nil), m.Variance(nil)) }

// Mean sets dst to μ.
func (m *PrecisionNormal) Mean(dst []float64) []float64 { return spread("Mean", dst, m.Loc, m.Dim()) }

// Mode sets dst to μ.
func (m *PrecisionNormal) Mode(dst []float64) []float64 { return spread("Mode", dst, m.Loc, m.Dim()) }

// CovarianceMatrix sets dst to (P·Pᵀ)⁻¹; an empty dst grows.
func (m *PrecisionNormal) CovarianceMatrix(dst *mat.SymDense) {
	root := mat.NewDense(m.Dim(), m.Dim(), nil) // row i holds column i of P⁻ᵀ
	for i := range m.Dim() {
		root.Set(i, i, 1)
		m.solve(root.RawRowView(i))
	}
	dst.SymOuterK(1, root.T())
}

// Variance sets dst to the diagonal of the covariance matrix.
func (m *PrecisionNormal) Variance(dst []float64) []float64 { return diagonal(dst, m) }

// Entropy returns −Σ log|Pⱼⱼ| + ½·d·log 2πe.
func (m *PrecisionNormal) Entropy() float64 {
	return -sumLogDiagonal(m.P) + float64(0.5*float64(m.Dim())*(1+log2π))
}

// Support returns ℝᵈ.
func (m *PrecisionNormal) Support() Support { return realRows(m.Dim()) }
