package dist

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"gonum.org/v1/gonum/mat"
)

// LowRankNormal is the normal distribution N(μ, diag(s²) + W·Wᵀ) with a d×k
// matrix W, factor analysis: by Woodbury's identity its density costs d·k per row
// and d·k² + k³ per batch.
type LowRankNormal struct {
	Loc, Scale autodiff.Value
	W          *autodiff.Param
}

// NewLowRankNormal returns N(loc, diag(scale²) + w·wᵀ), and keeps w, which is
// learned unless it is frozen. It panics unless scale is positive and loc and
// scale fit w.
func NewLowRankNormal(loc, scale autodiff.Value, w *autodiff.Param) *LowRankNormal {
	m := &LowRankNormal{loc, positive("NewLowRankNormal", "scale", scale), w}
	if err := m.Restore(); err != nil {
		panic(err.Error())
	}
	return m
}

// Restore checks the fields.
func (m *LowRankNormal) Restore() error {
	if m.W == nil || m.Loc.IsZero() || m.Scale.IsZero() {
		return fmt.Errorf("dist: LowRankNormal: got no matrix, location or scale")
	}
	d, k := m.W.Dims()
	for _, v := range [...]autodiff.Value{m.Loc, m.Scale} {
		if v.Len() != 1 && v.Len() != d {
			return fmt.Errorf("dist: LowRankNormal: got %d numbers, want 1 or %d", v.Len(), d)
		}
	}
	s := m.Scale.Numbers()
	for i, w := range m.W.Data() {
		if s := of(s, i/k); math.Abs(w/s) > 1e140 {
			return fmt.Errorf("dist: LowRankNormal: row %d of the factors: got %v beside a scale of %v, want less than 1e140 times it", i/k, w, s)
		}
	}
	return nil
}

// Dim returns the number of columns.
func (m *LowRankNormal) Dim() int { d, _ := m.W.Dims(); return d }

// LogDensity returns log p of each row.
func (m *LowRankNormal) LogDensity(x autodiff.Var) autodiff.Var {
	d := m.Dim()
	checkCols("LowRankNormal: LogDensity", x.Cols(), d)
	t := x.Tape()
	s := m.Scale.On(t).Expand(1, d)
	w := t.Use(m.W).Div(s.Reshape(d, 1)) // V = diag(1/s)·W
	in, penalty := finite(x)
	z := in.Sub(m.Loc.On(t)).Div(s)
	core := w.TMatMul(w).Add(identity(t, w.Cols()))
	f := z.MatMul(w).Solve(core) // the expected factors: zᵀΣ⁻¹z = ‖z−Vf‖² + ‖f‖², without cancellation
	lp := z.Sub(f.MatMulT(w)).StdNormalLogDensity().Sub(f.SquareRowSum().MulConst(0.5))
	return settled(lp.Sub(s.Log().RowSum()).Sub(core.LogAbsDet().MulConst(0.5)).Add(penalty), x)
}

// identityOp is the identity matrix.
var identityOp = &autodiff.Op{Name: "Identity", Forward: func(c *autodiff.Call) {
	clear(c.Out(0))
	for j, d := 0, c.OutShape(0).Cols; j < d; j++ {
		c.Out(0)[j*d+j] = 1
	}
}}

func identity(t *autodiff.Tape, d int) autodiff.Var {
	return identityOp.Apply(t, autodiff.Args{}, autodiff.Shape{Rows: d, Cols: d})
}

// Draw fills the rows of batch.
func (m *LowRankNormal) Draw(batch *mat.Dense, src rand.Source) {
	if !hasRows("LowRankNormal: Draw", batch, m.Dim()) {
		return
	}
	n, _ := batch.Dims()
	_, k := m.W.Dims()
	s, factors := m.Scale.Numbers(), mat.NewDense(n, k, nil)
	drawNormal(factors, src)
	drawNormal(batch, src)
	for i := range n {
		f := factors.RawRowView(i)
		for j, row := 0, batch.RawRowView(i); j < len(row); j++ {
			row[j] *= of(s, j)
			for c, w := range m.W.Data()[j*k : (j+1)*k] {
				row[j] = kernel.FMA(w, f[c], row[j])
			}
		}
	}
	shift(batch, m.Loc.Numbers())
}

// LogProb returns log p(x).
func (m *LowRankNormal) LogProb(x []float64) float64 { return LogProb(m, x) }

// Rand draws one row into dst; nil allocates.
func (m *LowRankNormal) Rand(dst []float64) []float64 { return Rand(m, dst) }

// CDF sets dst[j] = P(Xⱼ ≤ xⱼ).
func (m *LowRankNormal) CDF(dst, x []float64) []float64 { return m.marginal().CDF(dst, x) }

// Survival sets dst[j] = P(Xⱼ > xⱼ).
func (m *LowRankNormal) Survival(dst, x []float64) []float64 { return m.marginal().Survival(dst, x) }

// Quantile sets dst[j] to the pⱼ-quantile of column j. It panics unless 0 ≤ pⱼ ≤ 1.
func (m *LowRankNormal) Quantile(dst, p []float64) []float64 { return m.marginal().Quantile(dst, p) }

// marginal returns independent columns distributed as those of m.
func (m *LowRankNormal) marginal() *Columns { return normalColumns(m.Mean(nil), m.Variance(nil)) }

// Mean sets dst to μ.
func (m *LowRankNormal) Mean(dst []float64) []float64 { return spread("Mean", dst, m.Loc, m.Dim()) }

// Mode sets dst to μ.
func (m *LowRankNormal) Mode(dst []float64) []float64 { return spread("Mode", dst, m.Loc, m.Dim()) }

// CovarianceMatrix sets dst to diag(s²) + W·Wᵀ; an empty dst grows.
func (m *LowRankNormal) CovarianceMatrix(dst *mat.SymDense) {
	dst.SymOuterK(1, m.W.Matrix())
	s := m.Scale.Numbers()
	for j := range m.Dim() {
		dst.SetSym(j, j, kernel.FMA(of(s, j), of(s, j), dst.At(j, j)))
	}
}

// Variance sets dst to the diagonal of the covariance matrix.
func (m *LowRankNormal) Variance(dst []float64) []float64 { return diagonal(dst, m) }

// Entropy returns ½·log|Σ| + ½·d·log 2πe.
func (m *LowRankNormal) Entropy() float64 {
	t := autodiff.NewTape()
	at := t.View(1, m.Dim(), m.Mean(nil))
	return 0.5*float64(m.Dim()) - m.LogDensity(at).Value()
}

// Support returns ℝᵈ.
func (m *LowRankNormal) Support() Support { return realRows(m.Dim()) }
