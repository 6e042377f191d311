package dist

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// WishartCholesky is the distribution of the Cholesky factor X of a d×d Wishart matrix S = X·Xᵀ
// with ν degrees of freedom and scale matrix L·Lᵀ, that is of the scatter of ν normal rows, whose
// rows are the d² elements of X line by line: log p(X) = Σᵢ (ν−i)·log Xᵢᵢ − ½·‖L⁻¹X‖² − ν·Σ
// log|Lᵢᵢ| + d·log 2 − ½νd·log 2 − Σᵢ log Γ(½(ν−i+1)) − ¼d(d−1)·log π, a density in the lower
// triangle: Bartlett, On the theory of statistical regression, 1933.
type WishartCholesky struct {
	DF autodiff.Value
	// L is d×d; what stands above its diagonal is ignored.
	L *autodiff.Param
}

// NewWishartCholesky keeps l, which is learned unless it is frozen. bijector.CholeskyOuterProduct
// maps the factors to Wishart matrices. It panics unless l is square and df a number greater than d
// − 1.
func NewWishartCholesky(df autodiff.Value, l *autodiff.Param) *WishartCholesky {
	w := &WishartCholesky{df, l}
	if err := w.Restore(); err != nil {
		panic(err.Error())
	}
	w.DF = df.Within("dist: NewWishartCholesky: df", float64(w.size()-1), math.Inf(1))
	return w
}

// Restore checks the fields.
func (w *WishartCholesky) Restore() error {
	if w.L == nil {
		return fmt.Errorf("dist: WishartCholesky: got no L, want a square matrix")
	}
	if d, cols := w.L.Dims(); d != cols || d < 1 {
		return fmt.Errorf("dist: WishartCholesky: got a %d×%d matrix L, want a square one", d, cols)
	}
	if err := checkScalar("WishartCholesky: df", w.DF); err != nil {
		return err
	}
	if ν := w.DF.Numbers()[0]; !(ν > float64(w.size()-1)) {
		return fmt.Errorf("dist: WishartCholesky: got %v degrees of freedom, want more than %d", ν, w.size()-1)
	}
	return nil
}

func (w *WishartCholesky) size() int { d, _ := w.L.Dims(); return d }

// Dim returns d².
func (w *WishartCholesky) Dim() int { return w.size() * w.size() }

// LogDensity returns log p of each row, −Inf unless it is a lower triangular matrix with a positive
// diagonal: that of Z = L⁻¹X, whose diagonal has chi distributions and whose other values are normal.
func (w *WishartCholesky) LogDensity(x autodiff.Var) autodiff.Var {
	checkCols("WishartCholesky: LogDensity", x.Cols(), w.Dim())
	t, n := x.Tape(), w.size()
	ν, l := w.DF.On(t), t.Use(w.L)
	sum := factorOp.Apply(nil, autodiff.Args{I: n}, autodiff.Shape{Rows: x.Rows(), Cols: 1}, x)
	columns, below, weights := make([]int, 0, n*n), make([]int, 0, n*n), make([]float64, n)
	for j := range n {
		for i := range n {
			columns = append(columns, i*n+j)
			if i > j {
				below = append(below, j*n+i)
			}
		}
		weights[j] = float64(j + 1)
	}
	in, _ := guard(x, t.Scalar(math.Inf(-1)), t.Scalar(math.Inf(1)))
	z := in.Gather(columns).Reshape(x.Rows()*n, n).TriSolve(l, autodiff.Tri{}).Reshape(x.Rows(), n*n)
	diag, _ := guard(z.Gather(diagonalPlaces(n)).Abs(), t.Scalar(math.SmallestNonzeroFloat64), t.Scalar(math.Inf(1)))
	half := ν.Expand(1, n).Sub(t.View(1, n, weights)).AddConst(1).MulConst(0.5)
	sum = sum.Add(chiOp.of(diag, half).Add(gammaNormOp.of(half)).AddConst(math.Ln2).RowSum())
	if n > 1 {
		sum = sum.Add(z.Gather(below).StdNormalLogDensity())
	}
	return settled(sum.Sub(l.Reshape(1, n*n).Gather(diagonalPlaces(n)).Abs().Log().Mul(t.View(1, n, weights)).RowSum()), x)
}

// Draw fills the rows of batch with L·A: A has normal numbers below its diagonal, and on it roots
// of chi-square ones.
func (w *WishartCholesky) Draw(batch *mat.Dense, src rand.Source) {
	if !hasRows("WishartCholesky: Draw", batch, w.Dim()) {
		return
	}
	r, ν, n := generator(src), w.DF.Numbers()[0], w.size()
	a, l := make([]float64, n*n), w.L.Data()
	for b := range batch.RawMatrix().Rows {
		row := batch.RawRowView(b)
		for i := range n {
			for j := range i {
				a[i*n+j] = r.NormFloat64()
			}
			a[i*n+i] = special.Exp(0.5 * (math.Ln2 + drawLogGamma(r, 0.5*(ν-float64(i)))))
		}
		for i := range n {
			for j := range n {
				sum := 0.0
				for k := j; k <= i; k++ {
					sum = kernel.FMA(l[i*n+k], a[k*n+j], sum)
				}
				row[i*n+j] = sum
			}
		}
		positiveColumns(row, n)
	}
}

// positiveColumns makes the diagonal of a lower triangular matrix positive, by the signs of its columns.
func positiveColumns(m []float64, n int) {
	for j := range n {
		if m[j*n+j] < 0 {
			for i := j; i < n; i++ {
				m[i*n+j] = -m[i*n+j]
			}
		}
	}
}

// LogProb returns log p(x).
func (w *WishartCholesky) LogProb(x []float64) float64 { return LogProb(w, x) }

// Rand draws one row into dst; nil allocates.
func (w *WishartCholesky) Rand(dst []float64) []float64 { return Rand(w, dst) }
