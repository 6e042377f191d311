package calibration

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// A Divergence says how unlike two densities p and q are, in nats but for the last.
type Divergence struct {
	KL             Estimate // E log p/q, X drawn from p: +Inf if q misses a draw
	Reverse        Estimate // E log q/p, X drawn from q
	JensenShannon  Estimate // mean divergence of p and q from (p+q)/2: 0 to log 2
	TotalVariation Estimate // greatest difference of the probabilities of any event: 0 to 1
}

// Divergences compares two densities, such as two fitted flows, by the ratios of their
// log-densities at so many draws of each. The last two are bounded, and so are trustworthy where
// the first two hang on few draws.
//
// It panics if p and q differ in their columns or draws are fewer than two. It costs drawing and
// scoring 2·draws rows by both.
func Divergences(p, q dist.Distribution, draws int, src rand.Source) *Divergence {
	need.One("calibration: Divergences", "distribution", p)
	need.One("calibration: Divergences", "distribution", q)
	checkDraws("Divergences", draws, 2)
	src = rng.Or(src)
	// sides returns the three terms under draws of a.
	sides := func(a, b dist.Distribution) (kl, js, tv Estimate) {
		x := draw(a, draws, src)
		la, lb := logProbs(a, x), logProbs(b, x)
		j, v := make([]float64, draws), make([]float64, draws)
		for i := range la {
			la[i] -= lb[i] // log a/b
			j[i] = math.Ln2 - special.Log1p(special.Exp(-la[i]))
			v[i] = max(0, -special.Expm1(-la[i]))
		}
		return meanOf(la), meanOf(j), meanOf(v)
	}
	half := func(a, b Estimate) Estimate { return Estimate{(a.Value + b.Value) / 2, math.Hypot(a.SE, b.SE) / 2} }
	kl, js, tv := sides(p, q)
	reverse, js2, tv2 := sides(q, p)
	return &Divergence{kl, reverse, half(js, js2), half(tv, tv2)}
}

// String returns the four numbers.
func (d *Divergence) String() string {
	return fmt.Sprintf("KL %v, reverse %v, Jensen–Shannon %v, total variation %v", d.KL, d.Reverse, d.JensenShannon, d.TotalVariation)
}

// ContextInformation returns how much contexts tell of rows under a conditional density, in nats:
// the mutual information
//
//	E log p(y|c)/p(y),  p(y) = mean of p(y|c′) over the contexts
//
// over one draw y for each row c of contexts. The contexts' own terms being among p(y), it is too
// low by about (eᴵ − 1)/2n and at most log n for n contexts: with many times eᴵ contexts this is
// little. It costs n² densities.
//
// It panics unless the contexts have as many columns as d wants and at least two rows.
func ContextInformation(d dist.Conditional, contexts mat.Matrix, src rand.Source) Estimate {
	need.One("calibration: ContextInformation", "distribution", d)
	need.One("calibration: ContextInformation", "matrix", contexts)
	n, k := contexts.Dims()
	if k != d.CondDim() || n < 2 {
		panic(fmt.Sprintf("calibration: ContextInformation: got contexts of %d×%d, want at least 2 of %d columns", n, k, d.CondDim()))
	}
	c, y := mat.DenseCopyOf(contexts), mat.NewDense(n, d.Dim(), nil)
	d.DrawGiven(y, c, rng.Or(src))
	gain, lp := make([]float64, n), make([]float64, n)
	t := autodiff.Borrow()
	defer t.Release()
	for i := range n {
		for from := 0; from < n; from += chunk {
			to := min(from+chunk, n)
			rows := t.Matrix(y.Slice(i, i+1, 0, d.Dim())).RepeatRows(to - from)
			copy(lp[from:to], d.LogDensityGiven(rows, t.Matrix(c.Slice(from, to, 0, k))).Data())
			t.Reset()
		}
		gain[i] = lp[i] - logMeanExp(lp)
	}
	return meanOf(gain)
}
