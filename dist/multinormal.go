package dist

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// MultivariateNormal is the normal distribution N(μ, L·Lᵀ) with a lower
// triangular L: log p(x) = −½·‖L⁻¹(x−μ)‖² − Σ log|Lⱼⱼ| − ½·d·log 2π. Its cost is
// d² per row.
type MultivariateNormal struct {
	Loc autodiff.Value
	// L is d×d; what stands above its diagonal is ignored.
	L *autodiff.Param
}

// NewMultivariateNormal returns N(loc, l·lᵀ), and keeps l, which is learned
// unless it is frozen. It panics unless l is square and loc fits.
func NewMultivariateNormal(loc autodiff.Value, l *autodiff.Param) *MultivariateNormal {
	m := &MultivariateNormal{loc, l}
	if err := m.Restore(); err != nil {
		panic(err.Error())
	}
	return m
}

// NewCovarianceNormal returns N(loc, Σ), whose factor is learned if loc is. It
// returns an error unless Σ is positive definite.
func NewCovarianceNormal(loc autodiff.Value, sigma mat.Symmetric) (*MultivariateNormal, error) {
	need.One("dist: NewCovarianceNormal", "matrix", sigma)
	l, err := lowerFactor("NewCovarianceNormal", sigma)
	if err != nil {
		return nil, err
	}
	l.Freeze(loc.Constant)
	return NewMultivariateNormal(loc, l), nil
}

// lowerFactor returns Cholesky's L of a = L·Lᵀ.
func lowerFactor(what string, a mat.Symmetric) (*autodiff.Param, error) {
	var c mat.Cholesky
	if !c.Factorize(a) {
		return nil, fmt.Errorf("dist: %s: got a matrix that is not positive definite", what)
	}
	var l mat.TriDense
	c.LTo(&l)
	for j := range a.SymmetricDim() {
		if l.At(j, j)*l.At(j, j) < 1e-13*a.At(j, j) { // nothing but rounding is left of the diagonal
			return nil, fmt.Errorf("dist: %s: got a singular matrix: column %d follows from those before it", what, j)
		}
	}
	return autodiff.NewParam(a.SymmetricDim(), a.SymmetricDim(), mat.DenseCopyOf(&l).RawMatrix().Data), nil
}

// Restore checks the fields.
func (m *MultivariateNormal) Restore() error { return checkSquare("MultivariateNormal", m.Loc, m.L) }

func checkSquare(what string, loc autodiff.Value, l *autodiff.Param) error {
	if l == nil || loc.IsZero() {
		return fmt.Errorf("dist: %s: got no matrix or no location", what)
	}
	if r, c := l.Dims(); r != c || loc.Len() != 1 && loc.Len() != r {
		return fmt.Errorf("dist: %s: got a location of %d numbers and a %d×%d matrix, want a square one that fits", what, loc.Len(), r, c)
	}
	return checkFinite(what+": location", loc)
}

// Dim returns the number of columns.
func (m *MultivariateNormal) Dim() int { d, _ := m.L.Dims(); return d }

// LogDensity returns log p of each row.
func (m *MultivariateNormal) LogDensity(x autodiff.Var) autodiff.Var {
	checkCols("MultivariateNormal: LogDensity", x.Cols(), m.Dim())
	t := x.Tape()
	l := t.Use(m.L)
	in, penalty := finite(x)
	z := in.Sub(m.Loc.On(t)).TriSolve(l, autodiff.Tri{})
	return z.StdNormalLogDensity().Sub(logDiagonal(l)).Add(penalty)
}

// Draw fills the rows of batch.
func (m *MultivariateNormal) Draw(batch *mat.Dense, src rand.Source) {
	if !hasRows("MultivariateNormal: Draw", batch, m.Dim()) {
		return
	}
	drawNormal(batch, src)
	timesLower(batch, m.L)
	shift(batch, m.Loc.Numbers())
}

// timesLower multiplies each row by Lᵀ: x = L·z.
func timesLower(batch *mat.Dense, l *autodiff.Param) {
	for i := range batch.RawMatrix().Rows {
		z := batch.RawRowView(i)
		for j := len(z) - 1; j >= 0; j-- {
			sum := 0.0
			for k, v := range l.Data()[j*len(z) : j*len(z)+j+1] {
				sum = kernel.FMA(v, z[k], sum)
			}
			z[j] = sum
		}
	}
}

// lower returns the lower triangle of a parameter.
func lower(l *autodiff.Param) *mat.TriDense {
	d, _ := l.Dims()
	t := mat.NewTriDense(d, mat.Lower, nil)
	for i := range d {
		for j := range i + 1 {
			t.SetTri(i, j, l.Data()[i*d+j])
		}
	}
	return t
}

// shift adds loc to each row.
func shift(batch *mat.Dense, loc []float64) {
	m := batch.RawMatrix()
	for i := range m.Rows {
		for j := range m.Cols {
			m.Data[i*m.Stride+j] += of(loc, j)
		}
	}
}

// LogProb returns log p(x).
func (m *MultivariateNormal) LogProb(x []float64) float64 { return LogProb(m, x) }

// Rand draws one row into dst; nil allocates.
func (m *MultivariateNormal) Rand(dst []float64) []float64 { return Rand(m, dst) }

// CDF sets dst[j] = P(Xⱼ ≤ xⱼ).
func (m *MultivariateNormal) CDF(dst, x []float64) []float64 { return m.marginal().CDF(dst, x) }

// Survival sets dst[j] = P(Xⱼ > xⱼ).
func (m *MultivariateNormal) Survival(dst, x []float64) []float64 {
	return m.marginal().Survival(dst, x)
}

// Quantile sets dst[j] to the pⱼ-quantile of column j. It panics unless 0 ≤ pⱼ ≤ 1.
func (m *MultivariateNormal) Quantile(dst, p []float64) []float64 {
	return m.marginal().Quantile(dst, p)
}

// marginal returns independent columns distributed as those of m.
func (m *MultivariateNormal) marginal() *Columns { return normalColumns(m.Mean(nil), m.Variance(nil)) }

// Mean sets dst to μ.
func (m *MultivariateNormal) Mean(dst []float64) []float64 {
	return spread("Mean", dst, m.Loc, m.Dim())
}

// Mode sets dst to μ.
func (m *MultivariateNormal) Mode(dst []float64) []float64 {
	return spread("Mode", dst, m.Loc, m.Dim())
}

// spread sets dst to the elements of v, repeated if v is a scalar.
func spread(what string, dst []float64, v autodiff.Value, d int) []float64 {
	dst = sized(what, dst, d)
	x := v.Numbers()
	for j := range dst {
		dst[j] = of(x, j)
	}
	return dst
}

// CovarianceMatrix sets dst to Σ = L·Lᵀ; an empty dst grows.
func (m *MultivariateNormal) CovarianceMatrix(dst *mat.SymDense) {
	l := lower(m.L)
	dst.SymOuterK(1, l)
}

// Variance sets dst to the diagonal of Σ.
func (m *MultivariateNormal) Variance(dst []float64) []float64 { return diagonal(dst, m) }

// normalColumns returns independent normal columns.
func normalColumns(mean, variance []float64) *Columns {
	for j, v := range variance {
		variance[j] = math.Sqrt(v)
	}
	return NewNormal(len(mean), autodiff.Fixed(mean...), autodiff.Fixed(variance...))
}

// covariant has a covariance matrix, as gonum's distmv has it.
type covariant interface {
	Dim() int
	CovarianceMatrix(dst *mat.SymDense)
}

func diagonal(dst []float64, m covariant) []float64 {
	dst = sized("Variance", dst, m.Dim())
	var s mat.SymDense
	m.CovarianceMatrix(&s)
	for j := range dst {
		dst[j] = s.At(j, j)
	}
	return dst
}

// Entropy returns Σ log|Lⱼⱼ| + ½·d·log 2πe.
func (m *MultivariateNormal) Entropy() float64 {
	return sumLogDiagonal(m.L) + float64(0.5*float64(m.Dim())*(1+log2π))
}

// Support returns ℝᵈ.
func (m *MultivariateNormal) Support() Support { return realRows(m.Dim()) }

func sumLogDiagonal(l *autodiff.Param) float64 {
	d, sum := 0, 0.0
	d, _ = l.Dims()
	for j := range d {
		sum += special.Log(math.Abs(l.Data()[j*d+j]))
	}
	return sum
}

// logDiagonal returns Σ log|Lⱼⱼ|.
func logDiagonal(l autodiff.Var) autodiff.Var {
	return logDiagonalsOp.Apply(nil, autodiff.Args{}, autodiff.Shape{Rows: 1, Cols: 1}, l)
}
