package dist

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// Histogram is the distribution of one column that is uniform within each of K bins, chosen with
// probabilities w = softmax(logits): log p(x) = log wₖ − log(eₖ₊₁ − eₖ) for eₖ ≤ x < eₖ₊₁. Its
// density is differentiable in the logits.
type Histogram struct {
	Edges  []float64 // K+1 ascending values
	Logits autodiff.Value
}

// NewHistogram returns the distribution with the given edges of bins; for the logits see [FixedWeights] and
// [LearnedWeights]. It panics unless the edges are finite and rise, and there is one logit for each bin.
func NewHistogram(edges []float64, logits autodiff.Value) *Histogram {
	h := &Histogram{slices.Clone(edges), logits}
	if err := h.Restore(); err != nil {
		panic(err.Error())
	}
	return h
}

// Restore checks the fields.
func (h *Histogram) Restore() error {
	if h.Logits.IsZero() || len(h.Edges) != h.Logits.Len()+1 {
		return fmt.Errorf("dist: Histogram: got %d edges, want one more than logits, of which there is at least one", len(h.Edges))
	}
	for k, e := range h.Edges {
		if math.IsNaN(e-e) || k > 0 && !(h.Edges[k-1] < e && !math.IsInf(e-h.Edges[k-1], 0)) {
			return fmt.Errorf("dist: Histogram: got %v as edge %d, want finite rising numbers", e, k)
		}
	}
	return nil
}

// Dim returns 1.
func (h *Histogram) Dim() int { return 1 }

// LogDensity returns log p of each row.
func (h *Histogram) LogDensity(x autodiff.Var) autodiff.Var {
	checkCols("Histogram: LogDensity", x.Cols(), 1)
	return histogramOp.Apply(nil, autodiff.Args{Ref: h}, x.Shape(), x, logWeights(h.Logits, x.Tape()))
}

// histogramOp has inputs x and the logarithms of the weights; Ref has the edges.
var histogramOp = &autodiff.Op{
	Name: "Histogram",
	Forward: func(c *autodiff.Call) {
		h, w := c.Args().Ref.(*Histogram), c.In(1)
		for i, v := range c.In(0) {
			switch k := h.bin(v); {
			case math.IsNaN(v):
				c.Out(0)[i] = v
			case k < 0 || w[k] < 0.5*never:
				c.Out(0)[i] = math.Inf(-1)
			default:
				c.Out(0)[i] = w[k] - special.Log(h.Edges[k+1]-h.Edges[k])
			}
		}
	},
	Backward: func(c *autodiff.Call) {
		h, g := c.Args().Ref.(*Histogram), c.InGrad(1)
		for i, v := range c.In(0) {
			if k := h.bin(v); k >= 0 && g != nil {
				g[k] += c.OutGrad(0)[i]
			}
		}
	},
}

// bin returns the number of the bin of x, −1 if there is none.
func (h *Histogram) bin(x float64) int {
	last := len(h.Edges) - 1
	switch {
	case !(x >= h.Edges[0] && x <= h.Edges[last]):
		return -1
	case x == h.Edges[last]:
		return last - 1
	}
	k, found := slices.BinarySearch(h.Edges, x)
	if !found {
		k--
	}
	return k
}

// Draw fills the rows of batch.
func (h *Histogram) Draw(batch *mat.Dense, src rand.Source) {
	if !hasRows("Histogram: Draw", batch, 1) {
		return
	}
	w, r := weightsOf(h.Logits), generator(src)
	for i := range batch.RawMatrix().Rows {
		k := pick(r, w)
		batch.Set(i, 0, h.within(k, uniform(r)))
	}
}

// within returns the point of bin k below which the part u of it lies.
func (h *Histogram) within(k int, u float64) float64 {
	return min(max(kernel.FMA(h.Edges[k+1]-h.Edges[k], u, h.Edges[k]), h.Edges[k]), h.Edges[k+1])
}

// LogProb returns log p(x).
func (h *Histogram) LogProb(x []float64) float64 { return LogProb(h, x) }

// Rand draws one sample into dst; nil allocates.
func (h *Histogram) Rand(dst []float64) []float64 { return Rand(h, dst) }

// CDF sets dst[0] = P(X ≤ x).
func (h *Histogram) CDF(dst, x []float64) []float64 { return h.sum("CDF", dst, x, 0) }

// Survival sets dst[0] = P(X > x).
func (h *Histogram) Survival(dst, x []float64) []float64 { return h.sum("Survival", dst, x, 1) }

// sum sets dst[0] to the weight of the bins below x, or above it, and the part of its own.
func (h *Histogram) sum(what string, dst, x []float64, upper float64) []float64 {
	checkLen(what, len(x), 1)
	dst = sized(what, dst, 1)
	dst[0] = 0
	for k, w := range weightsOf(h.Logits) {
		below := min(max((x[0]-h.Edges[k])/(h.Edges[k+1]-h.Edges[k]), 0), 1)
		if upper == 1 {
			below = min(max((h.Edges[k+1]-x[0])/(h.Edges[k+1]-h.Edges[k]), 0), 1)
		}
		dst[0] = kernel.FMA(w, below, dst[0])
	}
	return dst
}

// Quantile sets dst[0] to the smallest x with P(X ≤ x) ≥ p. It panics unless 0 ≤ p ≤ 1.
func (h *Histogram) Quantile(dst, p []float64) []float64 {
	checkLen("Quantile", len(p), 1)
	checkProbabilities("Histogram: Quantile", p)
	dst = sized("Quantile", dst, 1)
	rest, w := p[0], weightsOf(h.Logits)
	dst[0] = h.Edges[0]
	for k, w := range w {
		if rest > 0 && w > 0 {
			dst[0] = h.within(k, min(rest/w, 1))
		}
		rest -= w
	}
	return dst
}

// Mean sets dst to Σ wₖ·mₖ with the middles m of the bins.
func (h *Histogram) Mean(dst []float64) []float64 {
	dst = sized("Mean", dst, 1)
	dst[0] = 0
	for k, w := range weightsOf(h.Logits) {
		dst[0] = kernel.FMA(w, middle(h.Edges[k], h.Edges[k+1]), dst[0])
	}
	return dst
}

// Variance sets dst to Σ wₖ·((mₖ−mean)² + widthₖ²/12).
func (h *Histogram) Variance(dst []float64) []float64 {
	mean := h.Mean(nil)[0]
	dst = sized("Variance", dst, 1)
	dst[0] = 0
	for k, w := range weightsOf(h.Logits) {
		e, width := middle(h.Edges[k], h.Edges[k+1])-mean, h.Edges[k+1]-h.Edges[k]
		dst[0] = kernel.FMA(w, kernel.FMA(e, e, width*width/12), dst[0])
	}
	return dst
}

// Mode sets dst to the middle of the first of the highest bins.
func (h *Histogram) Mode(dst []float64) []float64 {
	dst = sized("Mode", dst, 1)
	highest := math.Inf(-1)
	for k, w := range weightsOf(h.Logits) {
		if v := w / (h.Edges[k+1] - h.Edges[k]); v > highest {
			highest, dst[0] = v, middle(h.Edges[k], h.Edges[k+1])
		}
	}
	return dst
}

// Entropy returns −Σ wₖ·log(wₖ/widthₖ).
func (h *Histogram) Entropy() float64 {
	e := 0.0
	for k, w := range weightsOf(h.Logits) {
		e += float64(w*special.Log(h.Edges[k+1]-h.Edges[k])) - special.XLogY(w, w)
	}
	return e
}

// Support returns the interval from the first edge to the last.
func (h *Histogram) Support() Support {
	return Support{Shape: Box, Low: slices.Clone(h.Edges[:1]), High: slices.Clone(h.Edges[len(h.Edges)-1:])}
}
