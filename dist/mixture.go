package dist

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// Mixture is the distribution of a row drawn from one of several distributions,
// chosen with probabilities w = softmax(logits): p(x) = Σₖ wₖ·pₖ(x). Its cost is
// that of all parts; several parts that are all multivariate normal, or all Student t, are one
// matrix product. Parts that need a context, of one width, make it a [Conditional]; the weights do not depend
// on it.
type Mixture struct {
	Logits autodiff.Value
	Parts  []Distribution
}

// NewMixture mixes parts of one dimension; for the logits see [FixedWeights] and
// [LearnedWeights]. It panics unless there are as many logits as parts.
func NewMixture(logits autodiff.Value, parts ...Distribution) *Mixture {
	for _, p := range parts {
		need.One("dist: NewMixture", "distribution", p)
	}
	m := &Mixture{logits, parts}
	if err := m.Restore(); err != nil {
		panic(err.Error())
	}
	return m
}

// Restore checks the fields.
func (m *Mixture) Restore() error {
	if len(m.Parts) == 0 || m.Logits.IsZero() || m.Logits.Len() != len(m.Parts) {
		return fmt.Errorf("dist: Mixture: got %d parts, want as many logits and at least one", len(m.Parts))
	}
	for i, p := range m.Parts {
		if p == nil {
			return fmt.Errorf("dist: Mixture: got no distribution as part %d, want one", i)
		}
		if p.Dim() != m.Dim() {
			return fmt.Errorf("dist: Mixture: got parts of %d and %d columns, want equally many", m.Dim(), p.Dim())
		}
	}
	_, err := commonCondDim("Mixture", m.Parts)
	return err
}

// Dim returns the number of columns.
func (m *Mixture) Dim() int { return m.Parts[0].Dim() }

// CondDim returns the width of the context that parts need.
func (m *Mixture) CondDim() int {
	width, _ := commonCondDim("Mixture", m.Parts) // Restore has seen that they agree
	return width
}

// LogDensity returns log p of each row.
func (m *Mixture) LogDensity(x autodiff.Var) autodiff.Var {
	return m.LogDensityGiven(x, autodiff.Var{})
}

// LogDensityGiven returns log p(x | c) of each row: every part that needs a context gets c.
func (m *Mixture) LogDensityGiven(x, c autodiff.Var) autodiff.Var {
	if normal, ok := m.ellipticals(); ok {
		lps, penalty := m.ellipticalParts(x, normal)
		return lps.RowLogSumExp().Add(penalty)
	}
	var buf [32]autodiff.Var
	return autodiff.Concat(m.weightedParts(buf[:0], x, c)...).RowLogSumExp()
}

// Responsibilities returns the probability that each row came from each part:
// n×K. It panics if parts need a context.
func (m *Mixture) Responsibilities(x autodiff.Var) autodiff.Var {
	if normal, ok := m.ellipticals(); ok {
		lps, _ := m.ellipticalParts(x, normal)
		return lps.RowSoftmax()
	}
	return autodiff.Concat(m.weightedParts(nil, x, autodiff.Var{})...).RowSoftmax()
}

// LogJoint returns log(wₖ·pₖ(x)) of each row and part, n×K: of its rows LogDensity is the log of the sum of exponentials,
// Responsibilities are the softmax. It panics if parts need a context.
func (m *Mixture) LogJoint(x autodiff.Var) autodiff.Var {
	if normal, ok := m.ellipticals(); ok {
		lps, penalty := m.ellipticalParts(x, normal)
		return lps.Add(penalty)
	}
	return autodiff.Concat(m.weightedParts(nil, x, autodiff.Var{})...)
}

// weightedParts appends log(wₖ·pₖ(x | c)), n×1 for each part, to lps.
func (m *Mixture) weightedParts(lps []autodiff.Var, x, c autodiff.Var) []autodiff.Var {
	w := logWeights(m.Logits, x.Tape())
	for k, p := range m.Parts {
		lps = append(lps, supported(p, x, c).Add(w.Slice(k, k+1)))
	}
	return lps
}

// Draw fills the rows of batch: first the parts are chosen, then each draws its
// rows.
func (m *Mixture) Draw(batch *mat.Dense, src rand.Source) { m.DrawGiven(batch, nil, src) }

// DrawGiven is like Draw given the contexts c, one for each row or one for all.
func (m *Mixture) DrawGiven(batch *mat.Dense, c mat.Matrix, src rand.Source) {
	n, _ := batch.Dims()
	if !hasRows("Mixture: Draw", batch, m.Dim()) {
		return
	}
	if c != nil {
		if w := m.CondDim(); w > 0 {
			checkContext("Mixture", c, n, w)
		} else {
			c = nil
		}
	}
	r, w := generator(src), weightsOf(m.Logits)
	rows := make([][]int, len(w))
	for i := range n {
		k := pick(r, w)
		rows[k] = append(rows[k], i)
	}
	for k, rows := range rows {
		if len(rows) == 0 {
			continue
		}
		part := mat.NewDense(len(rows), m.Dim(), nil)
		DrawGiven(m.Parts[k], part, pickRows(c, rows), src)
		for i, row := range rows {
			batch.SetRow(row, part.RawRowView(i))
		}
	}
}

// Walk calls visit for each part with all rows x and their contexts.
func (m *Mixture) Walk(x, c autodiff.Var, visit func(part Distribution, x, c autodiff.Var)) {
	for _, p := range m.Parts {
		visit(p, x, c)
	}
}

// LogProb returns log p(x).
func (m *Mixture) LogProb(x []float64) float64 { return LogProb(m, x) }

// Rand draws one row into dst; nil allocates.
func (m *Mixture) Rand(dst []float64) []float64 { return Rand(m, dst) }

// weighted sets dst = Σ wₖ·f(k).
func (m *Mixture) weighted(what string, dst []float64, f func(p Distribution) []float64) []float64 {
	dst = sized(what, dst, m.Dim())
	sums := make([]special.Sum, len(dst))
	for k, w := range weightsOf(m.Logits) {
		if w == 0 {
			continue
		}
		for j, v := range f(m.Parts[k]) {
			sums[j].AddProduct(w, v)
		}
	}
	for j := range dst {
		dst[j] = sums[j].Value()
	}
	return dst
}

// tails returns P(Xⱼ ≤ xⱼ) and P(Xⱼ > xⱼ), the larger as 1 less the smaller, which has more digits.
func (m *Mixture) tails(x []float64) (lower, upper []float64) {
	lower = m.weighted("CDF", nil, func(p Distribution) []float64 { return p.(CDFer).CDF(nil, x) })
	upper = m.weighted("Survival", nil, func(p Distribution) []float64 { return p.(CDFer).Survival(nil, x) })
	for j, l := range lower {
		if u := upper[j]; l < u {
			upper[j] = 1 - l
		} else if u < l {
			lower[j] = 1 - u
		}
	}
	return lower, upper
}

// CDF sets dst[j] = P(Xⱼ ≤ xⱼ). It panics unless all parts are [CDFer]s.
func (m *Mixture) CDF(dst, x []float64) []float64 {
	dst = sized("CDF", dst, m.Dim())
	copy(dst, first(m.tails(x)))
	return dst
}

// Survival sets dst[j] = P(Xⱼ > xⱼ). It panics unless all parts are [CDFer]s.
func (m *Mixture) Survival(dst, x []float64) []float64 {
	dst = sized("Survival", dst, m.Dim())
	copy(dst, second(m.tails(x)))
	return dst
}

// Quantile sets dst[j] to the smallest x with P(Xⱼ ≤ x) ≥ pⱼ, by bisection
// between the parts' quantiles. It panics unless all parts are [Quantiler]s and
// [CDFer]s, and 0 ≤ pⱼ ≤ 1.
func (m *Mixture) Quantile(dst, p []float64) []float64 {
	return m.bisect("Quantile", dst,
		func(part Distribution) []float64 { return part.(Quantiler).Quantile(nil, p) },
		func(reached []bool, x []float64) {
			lower, upper := m.tails(x)
			for j, p := range p {
				reached[j] = p <= 0.5 && lower[j] >= p || p > 0.5 && upper[j] <= 1-p
			}
		})
}

// bisect sets dst to the smallest values that are reached, between those of the
// parts.
func (m *Mixture) bisect(what string, dst []float64, of func(part Distribution) []float64, test func(reached []bool, x []float64)) []float64 {
	dst = sized(what, dst, m.Dim())
	lo, hi := repeated(math.Inf(1), len(dst)), repeated(math.Inf(-1), len(dst))
	for _, part := range m.Parts {
		for j, q := range of(part) {
			lo[j], hi[j] = min(lo[j], q), max(hi[j], q)
		}
	}
	reached := make([]bool, len(dst))
	for range 1100 { // enough to cross all of float64
		mid, done := dst, true
		for j := range mid {
			mid[j] = middle(lo[j], hi[j])
			done = done && (mid[j] <= lo[j] || mid[j] >= hi[j])
		}
		if done {
			break
		}
		test(reached, mid)
		for j, ok := range reached {
			if ok {
				hi[j] = mid[j]
			} else {
				lo[j] = mid[j]
			}
		}
	}
	copy(dst, hi)
	return dst
}

// middle halves an interval.
func middle(lo, hi float64) float64 { return 0.5*lo + 0.5*hi }

func repeated(x float64, n int) []float64 {
	s := make([]float64, n)
	for i := range s {
		s[i] = x
	}
	return s
}

// Mean sets dst to Σ wₖ·μₖ. It panics unless all parts know their [Moments].
func (m *Mixture) Mean(dst []float64) []float64 {
	return m.weighted("Mean", dst, func(p Distribution) []float64 { return p.(Moments).Mean(nil) })
}

// Variance sets dst to Σ wₖ·(σₖ² + (μₖ−μ)²). It panics unless all parts know
// their [Moments].
func (m *Mixture) Variance(dst []float64) []float64 {
	mean := m.Mean(nil)
	return m.weighted("Variance", dst, func(p Distribution) []float64 {
		v := p.(Moments).Variance(nil)
		for j, μ := range p.(Moments).Mean(nil) {
			v[j] += float64((μ - mean[j]) * (μ - mean[j]))
		}
		return v
	})
}

// Support returns the smallest box, or lattice, that holds the parts' supports,
// or the first part's if they are not boxes.
func (m *Mixture) Support() Support {
	s := supportOf(m.Parts[0])
	for _, p := range m.Parts[1:] {
		t := supportOf(p)
		for j := range min(len(s.Low), len(t.Low)) {
			s.Low[j], s.High[j] = min(s.Low[j], t.Low[j]), max(s.High[j], t.High[j])
		}
	}
	return s
}

// supportOf returns the support of d, ℝᵈ if it does not know it.
func supportOf(d Distribution) Support {
	if s, ok := d.(Supported); ok {
		return s.Support()
	}
	return realRows(d.Dim())
}
