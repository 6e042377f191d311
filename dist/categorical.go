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

// Categorical is the distribution of one column over 0, …, K−1 with
// probabilities softmax(logits): log P(k) = logitₖ − log Σ exp(logits).
type Categorical struct {
	Logits autodiff.Value
}

// NewCategorical returns the distribution with the given logits; fixed
// probabilities p are [FixedWeights](p…). It panics if logits is empty.
func NewCategorical(logits autodiff.Value) *Categorical {
	c := &Categorical{logits}
	if err := c.Restore(); err != nil {
		panic(err.Error())
	}
	return c
}

// FixedWeights returns the constant logits of weights proportional to w. It
// panics unless they are finite and not negative, and one is positive.
func FixedWeights(w ...float64) autodiff.Value {
	l, positive := make([]float64, len(w)), false
	for k, w := range w {
		if !(w >= 0) || math.IsInf(w, 1) {
			panic(fmt.Sprintf("dist: weights: got %v, want finite numbers that are not negative", w))
		}
		l[k] = max(special.Log(w), never)
		positive = positive || w > 0
	}
	if !positive {
		panic("dist: weights: got only zeros, want a positive one")
	}
	return autodiff.Fixed(l...)
}

// never is the logit of a weight of zero.
const never = -1e300

// LearnedWeights returns learned logits that start from weights proportional to
// w. It panics unless they are positive and finite.
func LearnedWeights(w ...float64) autodiff.Value { return autodiff.Learned(logs(w)...) }

func logs(w []float64) []float64 {
	l := make([]float64, len(w))
	for k, w := range w {
		if !(w > 0) || math.IsInf(w, 1) {
			panic(fmt.Sprintf("dist: weights: got %v, want positive finite numbers", w))
		}
		l[k] = special.Log(w)
	}
	return l
}

// logWeights returns the logarithms of the weights on a tape: 1×K.
func logWeights(logits autodiff.Value, t *autodiff.Tape) autodiff.Var {
	l := logits.On(t)
	return l.Sub(l.RowLogSumExp())
}

// weightsOf returns the weights.
func weightsOf(logits autodiff.Value) []float64 {
	t := autodiff.NewTape()
	return append([]float64(nil), logWeights(logits, t).Exp().Data()...)
}

// Restore checks the fields.
func (c *Categorical) Restore() error {
	if c.Logits.IsZero() {
		return fmt.Errorf("dist: Categorical: got no logits")
	}
	return nil
}

// Dim returns 1.
func (c *Categorical) Dim() int { return 1 }

// LogDensity returns log P of each row, differentiable in the logits only.
func (c *Categorical) LogDensity(x autodiff.Var) autodiff.Var {
	checkCols("Categorical: LogDensity", x.Cols(), 1)
	t := x.Tape()
	return pickOp.Apply(t, autodiff.Args{}, x.Shape(), x, logWeights(c.Logits, t))
}

// pickOp has inputs k (n×1) and a row: its element k, −Inf if there is none.
var pickOp = &autodiff.Op{
	Name: "Pick",
	Forward: func(c *autodiff.Call) {
		row := c.In(1)
		for i, v := range c.In(0) {
			c.Out(0)[i] = math.Inf(-1)
			if k := int(v); v >= 0 && v < float64(len(row)) && float64(k) == v {
				if c.Out(0)[i] = row[k]; row[k] < 0.5*never {
					c.Out(0)[i] = math.Inf(-1)
				}
			} else if math.IsNaN(v) {
				c.Out(0)[i] = v
			}
		}
	},
	Backward: func(c *autodiff.Call) {
		g := c.InGrad(1)
		for i, v := range c.In(0) {
			if k := int(v); g != nil && v >= 0 && v < float64(len(g)) && float64(k) == v {
				g[k] += c.OutGrad(0)[i]
			}
		}
	},
}

// Draw fills the rows of batch.
func (c *Categorical) Draw(batch *mat.Dense, src rand.Source) {
	if !hasRows("Categorical: Draw", batch, 1) {
		return
	}
	w, r := weightsOf(c.Logits), generator(src)
	for i := range batch.RawMatrix().Rows {
		batch.Set(i, 0, float64(pick(r, w)))
	}
}

// pick returns an index with the given probabilities.
func pick(r *rand.Rand, w []float64) int {
	u := r.Float64()
	for k, w := range w {
		if u -= w; u < 0 {
			return k
		}
	}
	k := len(w) - 1 // the rest of u is rounding
	for w[k] == 0 && k > 0 {
		k--
	}
	return k
}

// LogProb returns log P(x).
func (c *Categorical) LogProb(x []float64) float64 { return LogProb(c, x) }

// Rand draws one sample into dst; nil allocates.
func (c *Categorical) Rand(dst []float64) []float64 { return Rand(c, dst) }

// CDF sets dst[0] = P(X ≤ x).
func (c *Categorical) CDF(dst, x []float64) []float64 {
	return c.sum("CDF", dst, x, func(k, x float64) bool { return k <= x })
}

// Survival sets dst[0] = P(X > x).
func (c *Categorical) Survival(dst, x []float64) []float64 {
	return c.sum("Survival", dst, x, func(k, x float64) bool { return k > x })
}

func (c *Categorical) sum(what string, dst, x []float64, in func(k, x float64) bool) []float64 {
	checkLen(what, len(x), 1)
	dst = sized(what, dst, 1)
	dst[0] = 0
	for k, w := range weightsOf(c.Logits) {
		if in(float64(k), x[0]) {
			dst[0] += w
		}
	}
	return dst
}

// Quantile sets dst[0] to the smallest k with P(X ≤ k) ≥ p. It panics unless
// 0 ≤ p ≤ 1.
func (c *Categorical) Quantile(dst, p []float64) []float64 {
	checkLen("Quantile", len(p), 1)
	checkProbabilities("Categorical: Quantile", p)
	dst = sized("Quantile", dst, 1)
	rest, w := p[0], weightsOf(c.Logits)
	for k := range w[1:] {
		dst[0] = float64(k)
		if rest -= w[k]; rest <= 0 {
			return dst
		}
	}
	dst[0] = float64(len(w) - 1)
	return dst
}

// Mean sets dst to Σ k·P(k).
func (c *Categorical) Mean(dst []float64) []float64 {
	dst = sized("Mean", dst, 1)
	dst[0] = 0
	for k, w := range weightsOf(c.Logits) {
		dst[0] = kernel.FMA(float64(k), w, dst[0])
	}
	return dst
}

// Variance sets dst to Σ (k−mean)²·P(k).
func (c *Categorical) Variance(dst []float64) []float64 {
	mean := c.Mean(nil)[0]
	dst = sized("Variance", dst, 1)
	dst[0] = 0
	for k, w := range weightsOf(c.Logits) {
		e := float64(k) - mean
		dst[0] = kernel.FMA(e*e, w, dst[0])
	}
	return dst
}

// Mode sets dst to the most probable value.
func (c *Categorical) Mode(dst []float64) []float64 {
	dst = sized("Mode", dst, 1)
	w := weightsOf(c.Logits)
	best := 0
	for k := range w {
		if w[k] > w[best] {
			best = k
		}
	}
	dst[0] = float64(best)
	return dst
}

// Entropy returns −Σ P·log P.
func (c *Categorical) Entropy() float64 {
	h := 0.0
	for _, w := range weightsOf(c.Logits) {
		if w > 0 {
			h -= float64(w * special.Log(w))
		}
	}
	return h
}

// Support returns the integers from 0 to K−1.
func (c *Categorical) Support() Support {
	return Support{Shape: Lattice, Low: []float64{0}, High: []float64{float64(c.Logits.Len() - 1)}}
}
