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

// LKJCholesky is the distribution of the Cholesky factor L of a random n×n correlation matrix R =
// L·Lᵀ with a density proportional to det(R)^(η−1), whose rows are the n² elements of L line by
// line. With m = i−1 and aᵢ = η + ½(n−i), log p(L) = Σᵢ 2(aᵢ−1)·log Lᵢᵢ + log Γ(aᵢ+m/2) − log Γ(aᵢ)
// − ½m·log π over i = 2, …, n, a density in the numbers below the diagonal: Daniel Lewandowski,
// Dorota Kurowicka, Harry Joe, Generating random correlation matrices based on vines and extended
// onion method, 2009.
type LKJCholesky struct {
	N             int
	Concentration autodiff.Value
}

// NewLKJCholesky returns the distribution of n×n factors with η = concentration: 1 is uniform in R,
// more is nearer to no correlation. bijector.CorrelationCholesky maps unconstrained values to such
// factors. It panics unless n is at least 2 and concentration a positive number.
func NewLKJCholesky(n int, concentration autodiff.Value) *LKJCholesky {
	k := &LKJCholesky{n, positive("NewLKJCholesky", "concentration", concentration)}
	if err := k.Restore(); err != nil {
		panic(err.Error())
	}
	return k
}

// Restore checks the fields.
func (k *LKJCholesky) Restore() error {
	if k.N < 2 || k.N > 1<<15 {
		return fmt.Errorf("dist: LKJCholesky: got %d variables, want at least 2", k.N)
	}
	return checkScalar("LKJCholesky: concentration", k.Concentration)
}

// Dim returns n².
func (k *LKJCholesky) Dim() int { return k.N * k.N }

// LogDensity returns log p of each row, −Inf unless it is a lower triangular matrix with a positive
// diagonal and rows of length 1 within 10⁻⁸.
func (k *LKJCholesky) LogDensity(x autodiff.Var) autodiff.Var {
	checkCols("LKJCholesky: LogDensity", x.Cols(), k.Dim())
	t, n := x.Tape(), k.N
	η := k.Concentration.On(t)
	sum := factorOp.Apply(nil, autodiff.Args{I: n, J: 1}, autodiff.Shape{Rows: x.Rows(), Cols: 1}, x)
	in, _ := guard(x.Gather(diagonalPlaces(n)[1:]), t.Scalar(math.SmallestNonzeroFloat64), t.Scalar(2))
	logs := in.Log()
	for i := 2; i <= n; i++ {
		half := 0.5 * float64(i-1)
		a := η.AddConst(0.5 * float64(n-i))
		norm := logBetaOp.of(a, t.Scalar(half)).AddConst(float64(half*logπ) - special.Lgamma(half)) // Γ(a)/Γ(a+h) = B(a, h)/Γ(h)
		sum = sum.Add(logs.Slice(i-2, i-1).Mul(a.AddConst(-1).MulConst(2))).Sub(norm)
	}
	return sum
}

// diagonalPlaces returns the indices of the diagonal among the elements of an n×n matrix.
func diagonalPlaces(n int) []int {
	index := make([]int, n)
	for i := range index {
		index[i] = i * (n + 1)
	}
	return index
}

// factorOp is 0 for the rows that are lower triangular matrices of I rows with a positive diagonal,
// and if J is 1 lines of length 1, and −Inf for others.
var factorOp = &autodiff.Op{Name: "CholeskyFactor", Forward: func(c *autodiff.Call) {
	x, n := c.In(0), c.Args().I
	for r := range c.Out(0) {
		c.Out(0)[r] = 0
		m := x[r*n*n : (r+1)*n*n]
		for i := range n {
			square, inside := 0.0, !(m[i*n+i] <= 0)
			for j, v := range m[i*n : (i+1)*n] {
				square = kernel.FMA(v, v, square)
				inside = inside && (j <= i || !(v != 0 && !math.IsNaN(v)))
			}
			switch {
			case math.IsNaN(square):
				c.Out(0)[r] = square
			case !inside || math.IsInf(square, 0) || c.Args().J == 1 && math.Abs(square-1) > 2e-8:
				c.Out(0)[r] += math.Inf(-1)
			}
		}
	}
}}

// Draw fills the rows of batch: a line is a point of a ball, and what its length lacks to 1.
func (k *LKJCholesky) Draw(batch *mat.Dense, src rand.Source) {
	if !hasRows("LKJCholesky: Draw", batch, k.Dim()) {
		return
	}
	r, η, n := generator(src), k.Concentration.Numbers()[0], k.N
	for b := range batch.RawMatrix().Rows {
		row := batch.RawRowView(b)
		clear(row)
		row[0] = 1
		for i := 1; i < n; i++ {
			line := row[i*n : i*n+i]
			for j := range line {
				line[j] = r.NormFloat64()
			}
			u := drawLogitBeta(r, 0.5*float64(i), η+0.5*float64(n-i-1))
			scale := math.Sqrt(special.Sigmoid(u)) / length(line)
			for j := range line {
				line[j] *= scale
			}
			row[i*n+i] = math.Sqrt(special.Sigmoid(-u))
		}
	}
}

// LogProb returns log p(x).
func (k *LKJCholesky) LogProb(x []float64) float64 { return LogProb(k, x) }

// Rand draws one row into dst; nil allocates.
func (k *LKJCholesky) Rand(dst []float64) []float64 { return Rand(k, dst) }
