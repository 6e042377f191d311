package anomaly

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/parallel"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// A noise-conditional flow is the density p_σ of rows x + σ·e, e standard normal, for any σ: it is a
// density q of y = (x + σ·e)/√(1+σ²) given log σ, and
//
//	log p_σ(x) = log q(x/√(1+σ²) | σ) − d/2·log(1+σ²)
//
// Every step of its training has fresh noise, so that it does not learn rows by heart.

const (
	leastNoise, mostNoise = 0.02, 2.2  // of training
	leastSteps, mostSteps = 1200, 5000 // of training; between them, four for each row
	noiseBatch            = 64         // many steps of few rows see more than few steps of many
)

// narrowNoise are widths of which the narrow view has one.
var narrowNoise = []float64{0.03, 0.06, 0.12, 0.2, 0.3, 0.5}

// sharpest returns the width of narrowNoise by whose density the held-out rows are likeliest, all but the twentieth that is least likely in
// each: few rows of many columns are known less sharply than many of few.
func sharpest(f []fold, held []*mat.Dense) float64 {
	best, least := 0.0, math.Inf(1)
	for _, σ := range narrowNoise {
		var all []float64
		for k := range f {
			all = append(all, scoreFlow(&f[k], held[k], σ)...)
		}
		slices.Sort(all)
		sum := 0.0
		for _, s := range all[:len(all)-len(all)/20] {
			sum += s
		}
		if sum < least {
			best, least = σ, sum
		}
	}
	if best == 0 { // no density is a number
		return narrowNoise[len(narrowNoise)-1]
	}
	return best
}

// scoreFlow returns −log p_σ of each row by a fold's flow.
func scoreFlow(f *fold, z *mat.Dense, σ float64) []float64 {
	n, d := z.Dims()
	out := make([]float64, n)
	parallel.Pieces(n, chunk, func(i, j int) {
		t := autodiff.Borrow()
		for k, lp := range noisy(f.Flow, t.View(j-i, d, z.RawMatrix().Data[i*d:j*d]), σ).Data() {
			out[i+k] = -lp
		}
		t.Release()
	})
	return out
}

// wideNoise are the widths of the wide view.
var wideNoise = []float64{0.3, 0.5, 0.7, 1, 1.5}

// noiseContext is what the flow is told of σ.
func noiseContext(σ float64) float64 { return special.Log(σ/0.5) / 0.9 }

// fitNoise trains a noise-conditional flow on standardised rows with so much work.
func fitNoise(ctx context.Context, x *mat.Dense, work float64, seed uint64) (*flow.Transformed, error) {
	n, d := x.Dims()
	src := rng.New(seed)
	m := flow.NSF(flow.Arch{Dim: d, Cond: 1}, src)
	numbers := 0
	for _, p := range m.Params() {
		numbers += p.Len()
	}
	steps := min(max(4*n, leastSteps), mostSteps, max(1, int(work/(3*noiseBatch*float64(numbers)))))
	_, err := flow.Fit(ctx, m, flow.FreshGiven(d, 1, noisyRows(x)), &flow.Settings{
		Steps: steps, Batch: noiseBatch, Schedule: optim.Cosine{Start: 3e-3}, Average: 0.99, Seed: src.Uint64(),
	})
	return m, err
}

// noisyRows returns a function that draws rows of x with noise, scaled, and contexts.
func noisyRows(x *mat.Dense) func(batch, context *mat.Dense, src rand.Source) {
	n, d := x.Dims()
	noise := make([]float64, noiseBatch*d)
	ratio := special.Log(mostNoise / leastNoise)
	return func(batch, context *mat.Dense, src rand.Source) {
		rows, _ := batch.Dims()
		if len(noise) < rows*d {
			noise = make([]float64, rows*d)
		}
		e := noise[:rows*d]
		rng.Normals(e, src)
		r := rand.New(src)
		for i := range rows {
			σ := leastNoise * special.Exp(float64(r.Float64()*ratio))
			context.Set(i, 0, noiseContext(σ))
			from, to := x.RawRowView(r.IntN(n)), batch.RawRowView(i)
			f := 1 / math.Sqrt(1+float64(σ*σ))
			for j := range to {
				to[j] = f * kernel.FMA(σ, e[i*d+j], from[j])
			}
		}
	}
}

// noisy returns log p_σ of each row of x by a noise-conditional flow, n×1.
func noisy(m *flow.Transformed, x autodiff.Var, σ float64) autodiff.Var {
	v := 1 + float64(σ*σ)
	c := x.Tape().Scalar(noiseContext(σ))
	return m.LogDensityGiven(x.MulConst(1/math.Sqrt(v)), c).AddConst(-0.5 * float64(x.Cols()) * special.Log(v))
}
