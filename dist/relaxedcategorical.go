package dist

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// RelaxedCategorical is the concrete distribution on the simplex, that of softmax((logits+g)/τ)
// with standard Gumbel numbers g and the temperature τ, which for small τ is near the corners that
// a categorical distribution chooses: log p(x) = log Γ(K) + (K−1)·log τ − Σ log xₖ + Σ uₖ − K·log Σ
// exp(uₖ) with uₖ = logitₖ − τ·log xₖ, a density in any K−1 of the columns: Chris Maddison, Andriy
// Mnih, Yee Whye Teh, The Concrete distribution, arXiv 1611.00712.
type RelaxedCategorical struct {
	Temperature, Logits autodiff.Value
}

// NewRelaxedCategorical returns the distribution of as many columns as there are logits; for them see
// [FixedWeights] and [LearnedWeights]. It panics unless temperature is a positive number, and there are two
// logits at least.
func NewRelaxedCategorical(temperature, logits autodiff.Value) *RelaxedCategorical {
	c := &RelaxedCategorical{positive("NewRelaxedCategorical", "temperature", temperature), logits}
	if err := c.Restore(); err != nil {
		panic(err.Error())
	}
	return c
}

// Restore checks the fields.
func (c *RelaxedCategorical) Restore() error {
	if c.Logits.IsZero() || c.Logits.Len() < 2 {
		return fmt.Errorf("dist: RelaxedCategorical: got fewer than two logits, want at least two")
	}
	return checkScalar("RelaxedCategorical: temperature", c.Temperature)
}

// Dim returns the number of logits.
func (c *RelaxedCategorical) Dim() int { return c.Logits.Len() }

// LogDensity returns log p of each row, −Inf unless its values are positive and sum to 1 within 10⁻⁸.
func (c *RelaxedCategorical) LogDensity(x autodiff.Var) autodiff.Var {
	checkCols("RelaxedCategorical: LogDensity", x.Cols(), c.Dim())
	t, k := x.Tape(), float64(c.Dim())
	outside := simplexOp.Apply(nil, autodiff.Args{}, autodiff.Shape{Rows: x.Rows(), Cols: 1}, x)
	in, penalty := guard(x, t.Scalar(math.SmallestNonzeroFloat64), t.Scalar(2))
	l, τ := in.Log(), c.Temperature.On(t)
	u := c.Logits.On(t).Expand(x.Rows(), x.Cols()).Sub(l.Mul(τ))
	lp := u.RowSum().Sub(u.RowLogSumExp().MulConst(k)).Sub(l.RowSum())
	return lp.Add(τ.Log().MulConst(k - 1)).AddConst(special.Lgamma(k)).Add(penalty.RowSum()).Add(outside)
}

// Draw fills the rows of batch. Values too small for a float64 become 0, outside the support.
func (c *RelaxedCategorical) Draw(batch *mat.Dense, src rand.Source) {
	if !hasRows("RelaxedCategorical: Draw", batch, c.Dim()) {
		return
	}
	r, logits, τ := generator(src), c.Logits.Numbers(), c.Temperature.Numbers()[0]
	for i := range batch.RawMatrix().Rows {
		row, top, sum := batch.RawRowView(i), math.Inf(-1), 0.0
		for j := range row {
			row[j] = logits[j] - special.Log(-special.Log(uniform(r)))
			top = max(top, row[j])
		}
		for j := range row {
			row[j] = special.Exp((row[j] - top) / τ)
			sum += row[j]
		}
		for j := range row {
			row[j] /= sum
		}
	}
}

// LogProb returns log p(x).
func (c *RelaxedCategorical) LogProb(x []float64) float64 { return LogProb(c, x) }

// Rand draws one row into dst; nil allocates.
func (c *RelaxedCategorical) Rand(dst []float64) []float64 { return Rand(c, dst) }

// Support returns the simplex.
func (c *RelaxedCategorical) Support() Support { return Support{Shape: Simplex, dim: c.Dim()} }
