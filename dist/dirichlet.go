package dist

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// Dirichlet is the Dirichlet distribution on the simplex, the rows of D positive
// values that sum to 1: log p(x) = Σⱼ (aⱼ−1)·log xⱼ + log Γ(Σa) − Σⱼ log Γ(aⱼ), a
// density in any D−1 of the columns.
type Dirichlet struct {
	D             int
	Concentration autodiff.Value
}

// NewDirichlet returns the Dirichlet distribution of d columns. It panics unless
// d > 1 and the concentration is positive, a scalar or d values.
func NewDirichlet(d int, concentration autodiff.Value) *Dirichlet {
	m := &Dirichlet{d, positive("NewDirichlet", "concentration", concentration)}
	if err := m.Restore(); err != nil {
		panic(err.Error())
	}
	return m
}

// Restore checks the fields.
func (m *Dirichlet) Restore() error {
	if m.D < 2 || m.Concentration.IsZero() || m.Concentration.Len() != 1 && m.Concentration.Len() != m.D {
		return fmt.Errorf("dist: Dirichlet: got %d columns, want at least 2, and a concentration of 1 number or as many", m.D)
	}
	return nil
}

// Dim returns D.
func (m *Dirichlet) Dim() int { return m.D }

// LogDensity returns log p of each row, −Inf unless it sums to 1 within 10⁻⁸.
func (m *Dirichlet) LogDensity(x autodiff.Var) autodiff.Var {
	checkCols("Dirichlet: LogDensity", x.Cols(), m.D)
	a := m.Concentration.On(x.Tape()).Expand(1, m.D)
	return settled(dirichletOp.Apply(nil, autodiff.Args{}, autodiff.Shape{Rows: x.Rows(), Cols: 1}, x, a), x)
}

// Draw fills the rows of batch.
func (m *Dirichlet) Draw(batch *mat.Dense, src rand.Source) {
	if !hasRows("Dirichlet: Draw", batch, m.D) {
		return
	}
	a, r := m.concentration(), generator(src)
	for i := range batch.RawMatrix().Rows {
		row, top, sum := batch.RawRowView(i), math.Inf(-1), 0.0
		for j := range row {
			row[j] = drawLogGamma(r, a[j])
			top = max(top, row[j])
		}
		if math.IsInf(top, -1) { // concentrations so tiny that one column has all
			top = 0
			row[pickShare(r, a)] = 0
		}
		for j := range row {
			row[j] = special.Exp(row[j] - top)
			sum += row[j]
		}
		for j := range row {
			row[j] /= sum
		}
	}
}

// pickShare returns an index with probabilities proportional to a.
func pickShare(r *rand.Rand, a []float64) int {
	w, n := make([]float64, len(a)), total(a)
	for j := range w {
		w[j] = a[j] / n
	}
	return pick(r, w)
}

func (m *Dirichlet) concentration() []float64 { return spread("", nil, m.Concentration, m.D) }

func total(a []float64) float64 {
	n := 0.0
	for _, a := range a {
		n += a
	}
	return n
}

// LogProb returns log p(x).
func (m *Dirichlet) LogProb(x []float64) float64 { return LogProb(m, x) }

// Rand draws one row into dst; nil allocates.
func (m *Dirichlet) Rand(dst []float64) []float64 { return Rand(m, dst) }

// CDF sets dst to the distribution functions of the columns, which are beta.
func (m *Dirichlet) CDF(dst, x []float64) []float64 { return m.marginal().CDF(dst, x) }

// Survival sets dst[j] = P(Xⱼ > xⱼ).
func (m *Dirichlet) Survival(dst, x []float64) []float64 { return m.marginal().Survival(dst, x) }

// Quantile sets dst[j] to the pⱼ-quantile of column j. It panics unless 0 ≤ pⱼ ≤ 1.
func (m *Dirichlet) Quantile(dst, p []float64) []float64 { return m.marginal().Quantile(dst, p) }

// Mean sets dst to a/Σa.
func (m *Dirichlet) Mean(dst []float64) []float64 { return m.marginal().Mean(dst) }

// Variance sets dst to the variances of the columns.
func (m *Dirichlet) Variance(dst []float64) []float64 { return m.marginal().Variance(dst) }

// marginal returns independent columns distributed as those of m.
func (m *Dirichlet) marginal() *Columns {
	a := m.concentration()
	n, b := total(a), make([]float64, m.D)
	for j := range b {
		b[j] = n - a[j]
	}
	return NewBeta(m.D, autodiff.Fixed(a...), autodiff.Fixed(b...))
}

// Mode sets dst to (a−1)/Σ(a−1), and to NaN unless all a > 1.
func (m *Dirichlet) Mode(dst []float64) []float64 {
	dst = sized("Mode", dst, m.D)
	a := m.concentration()
	n := total(a) - float64(m.D)
	for j, v := range a {
		if v <= 1 {
			n = math.NaN()
		}
		dst[j] = v - 1
	}
	for j := range dst {
		dst[j] /= n
	}
	return dst
}

// Entropy returns −E log p.
func (m *Dirichlet) Entropy() float64 {
	a := m.concentration()
	var sum special.Sum
	for _, a := range a {
		addGammaEntropy(&sum, 1, a, 1)
	}
	addGammaEntropy(&sum, -1, total(a), float64(m.D))
	return sum.Value()
}

// Support returns the simplex.
func (m *Dirichlet) Support() Support { return Support{Shape: Simplex, dim: m.D} }
