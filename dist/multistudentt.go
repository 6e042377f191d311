package dist

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// MultivariateStudentT is Student's t distribution of d columns with ν degrees of
// freedom, location μ and scale matrix L·Lᵀ: with q = ‖L⁻¹(x−μ)‖²,
// log p(x) = log Γ(½(ν+d)) − log Γ(½ν) − ½·d·log νπ − Σ log|Lⱼⱼ| − ½(ν+d)·log(1+q/ν).
type MultivariateStudentT struct {
	DF, Loc autodiff.Value
	// L is d×d; what stands above its diagonal is ignored.
	L *autodiff.Param
}

// NewMultivariateStudentT keeps l, which is learned unless it is frozen. It panics
// unless df is a positive scalar, l is square and loc fits. A fixed df may be infinite, which is the normal distribution.
func NewMultivariateStudentT(df, loc autodiff.Value, l *autodiff.Param) *MultivariateStudentT {
	df = unlimited(df)
	df.Check("dist: NewMultivariateStudentT: df", 1)
	m := &MultivariateStudentT{degrees("NewMultivariateStudentT", "df", df), loc, l}
	if err := m.Restore(); err != nil {
		panic(err.Error())
	}
	return m
}

// Restore checks the fields.
func (m *MultivariateStudentT) Restore() error {
	if err := checkSquare("MultivariateStudentT", m.Loc, m.L); err != nil {
		return err
	}
	return checkScalar("MultivariateStudentT: df", m.DF)
}

// Dim returns the number of columns.
func (m *MultivariateStudentT) Dim() int { d, _ := m.L.Dims(); return d }

// LogDensity returns log p of each row.
func (m *MultivariateStudentT) LogDensity(x autodiff.Var) autodiff.Var {
	d := float64(m.Dim())
	checkCols("MultivariateStudentT: LogDensity", x.Cols(), m.Dim())
	t := x.Tape()
	l, ν := t.Use(m.L), m.DF.On(t)
	in, penalty := finite(x)
	a := ν.MulConst(0.5)
	norm := studentNormOp.of(ν, t.Scalar(0.5*d)).AddConst(0.5 * d * logπ)
	return logOnePlus(in.Sub(m.Loc.On(t)), l, ν).Mul(a.AddConst(0.5 * d)).Add(norm).Add(logDiagonal(l)).Neg().Add(penalty)
}

// logOnePlus returns log(1+q/ν) of each row, q = ‖L⁻¹·row‖², also where q overflows: there the row, and what
// L⁻¹ makes of it, are scaled by their largest elements.
func logOnePlus(x, l, ν autodiff.Var) autodiff.Var {
	square := func(x autodiff.Var) autodiff.Var { return x.TriSolve(l, autodiff.Tri{}).SquareRowSum() }
	q := square(x)
	if !overflown(q) {
		return q.Div(ν).Log1p()
	}
	far := farOp.of(q.Detach())
	near := square(autodiff.Where(far, x.Tape().Scalar(0), x)).Div(ν).Log1p()
	x = autodiff.Where(far, x, x.Tape().Scalar(1))
	size := largest(x)
	u, down := x.Div(size).TriSolve(l, autodiff.Tri{}), 0.0
	if overflown(u) { // L⁻¹ is that of subnormal numbers
		u, down = x.Div(size).MulConst(0x1p-64).TriSolve(l, autodiff.Tri{}), 64*math.Ln2
	}
	again := largest(u)
	logQ := u.Div(again).SquareRowSum().Log().Add(size.Log().Add(again.Log()).AddConst(down).MulConst(2))
	return autodiff.Where(far, logQ.Sub(ν.Log()).Softplus(), near)
}

// overflown reports whether an element is infinite or NaN.
func overflown(x autodiff.Var) bool {
	return slices.ContainsFunc(x.Data(), func(v float64) bool { return math.IsNaN(v - v) })
}

// farOp has input q: 1 where it overflows, in parts perhaps to opposite infinities, else 0.
var farOp = newFused("Far",
	func(x args) float64 {
		if x[0] <= math.MaxFloat64 {
			return 0
		}
		return 1
	},
	func(args) args { return args{} })

// largest returns the greatest magnitude in each row, as constants.
func largest(x autodiff.Var) autodiff.Var {
	n, d := x.Dims()
	size := make([]float64, n)
	for i, v := range x.Data() {
		size[i/d] = max(size[i/d], math.Abs(v))
	}
	return x.Tape().View(n, 1, size)
}

// Draw fills the rows of batch with μ + L·z·√(ν/g), g chi-square.
func (m *MultivariateStudentT) Draw(batch *mat.Dense, src rand.Source) {
	if !hasRows("MultivariateStudentT: Draw", batch, m.Dim()) {
		return
	}
	r, ν := generator(src), m.DF.Numbers()[0]
	drawNormal(batch, src)
	timesLower(batch, m.L)
	for i := range batch.RawMatrix().Rows {
		s := special.Exp(0.5 * (special.Log(half(ν)) - drawLogGamma(r, half(ν))))
		for j, row := 0, batch.RawRowView(i); j < len(row); j++ {
			row[j] *= s
		}
	}
	shift(batch, m.Loc.Numbers())
}

// LogProb returns log p(x).
func (m *MultivariateStudentT) LogProb(x []float64) float64 { return LogProb(m, x) }

// Rand draws one row into dst; nil allocates.
func (m *MultivariateStudentT) Rand(dst []float64) []float64 { return Rand(m, dst) }

// CDF sets dst[j] = P(Xⱼ ≤ xⱼ).
func (m *MultivariateStudentT) CDF(dst, x []float64) []float64 { return m.marginal().CDF(dst, x) }

// Survival sets dst[j] = P(Xⱼ > xⱼ).
func (m *MultivariateStudentT) Survival(dst, x []float64) []float64 {
	return m.marginal().Survival(dst, x)
}

// Quantile sets dst[j] to the pⱼ-quantile of column j. It panics unless 0 ≤ pⱼ ≤ 1.
func (m *MultivariateStudentT) Quantile(dst, p []float64) []float64 {
	return m.marginal().Quantile(dst, p)
}

// marginal returns independent columns distributed as those of m.
func (m *MultivariateStudentT) marginal() *Columns {
	scale := (&MultivariateNormal{m.Loc, m.L}).Variance(nil)
	for j, v := range scale {
		scale[j] = math.Sqrt(v)
	}
	return NewStudentT(m.Dim(), m.DF, m.Loc, autodiff.Fixed(scale...))
}

// Mean sets dst to μ, or to NaN if ν ≤ 1.
func (m *MultivariateStudentT) Mean(dst []float64) []float64 {
	dst = m.Mode(dst)
	for j := range dst {
		dst[j] += studentTFamily.mean(nums{0, 1, m.DF.Numbers()[0]})
	}
	return dst
}

// Mode sets dst to μ.
func (m *MultivariateStudentT) Mode(dst []float64) []float64 {
	return spread("Mode", dst, m.Loc, m.Dim())
}

// Variance sets dst to the diagonal of L·Lᵀ·ν/(ν−2).
func (m *MultivariateStudentT) Variance(dst []float64) []float64 {
	dst = (&MultivariateNormal{m.Loc, m.L}).Variance(dst)
	for j := range dst {
		dst[j] *= studentVariance(nums{0, 1, m.DF.Numbers()[0]})
	}
	return dst
}

// CovarianceMatrix sets dst to L·Lᵀ·ν/(ν−2), which is infinite or NaN for ν ≤ 2; an empty
// dst grows.
func (m *MultivariateStudentT) CovarianceMatrix(dst *mat.SymDense) {
	(&MultivariateNormal{m.Loc, m.L}).CovarianceMatrix(dst)
	dst.ScaleSym(studentVariance(nums{0, 1, m.DF.Numbers()[0]}), dst)
}

// Entropy returns −E log p.
func (m *MultivariateStudentT) Entropy() float64 {
	a, d := 0.5*m.DF.Numbers()[0], 0.5*float64(m.Dim())
	norm := special.LogBeta(a, d) - special.Lgamma(d) + float64(d*(special.Log(2*a)+logπ)) + sumLogDiagonal(m.L)
	slope := special.Log1p(d/a) - special.DigammaGap(a+d) + special.DigammaGap(a) // ψ(a+d) − ψ(a)
	return norm + float64((a+d)*slope)
}

// Support returns ℝᵈ.
func (m *MultivariateStudentT) Support() Support { return realRows(m.Dim()) }
