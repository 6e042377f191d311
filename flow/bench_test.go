package flow

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/nn/masked"
	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/train"
	"gonum.org/v1/gonum/mat"
)

// BenchmarkPeers times the workloads on which other libraries are measured too:
// the same layers, widths, bins and batches, Adam included in a training step,
// on random rows. One operation is one call; cpu-ns/op is the time of all cores in it,
// where the system tells.
func BenchmarkPeers(b *testing.B) {
	float64s := func(m *Transformed) *Transformed { return m }
	for _, w := range slices.Concat(benchKnown(float64s), benchMore(float64s), benchMaps(), benchSplines()) {
		b.Run(w.name, w.run)
	}
}

// A benchRow is a benchmark of one call, by its name.
type benchRow struct {
	name string
	run  func(b *testing.B)
}

// benchKnown returns the workloads that the peers' papers and examples train.
func benchKnown(s func(*Transformed) *Transformed) []benchRow {
	return []benchRow{
		{"W1/train_b512", func(b *testing.B) {
			benchTrain(b, s(couplingModel(2, 6, bijector.Affine{}, 64, 0, alternate)), bananaRows(32*512), 512)
		}},
		{"W2/train_b512", func(b *testing.B) { benchTrain(b, s(w2()), bananaRows(32*512), 512) }},
		{"W2/log_prob_b4096", func(b *testing.B) { benchLogProbs(b, s(w2()), bananaRows(4096)) }},
		{"W2/sample_b4096", func(b *testing.B) { benchSample(b, s(w2()), 4096) }},
		{"W3/train_b128", func(b *testing.B) { benchTrain(b, s(w3()), normalRows(32*128, 6), 128) }},
		{"W3/train_b1024", func(b *testing.B) { benchTrain(b, s(w3()), normalRows(32*1024, 6), 1024) }},
		{"W3/log_prob_b128", func(b *testing.B) { benchLogProbs(b, s(w3()), normalRows(128, 6)) }},
		{"W3/log_prob_b1024", func(b *testing.B) { benchLogProbs(b, s(w3()), normalRows(1024, 6)) }},
		{"W4/train_b512", func(b *testing.B) {
			benchTrain(b, s(maskedFlow(8, 5, 128, bijector.Spline{Bins: 8, Bound: 5})), normalRows(32*512, 8), 512)
		}},
		{"W5a/sample_b256_d8", func(b *testing.B) { benchSample(b, s(maskedFlow(8, 5, 256, bijector.Affine{})), 256) }},
		{"W5b/sample_b256_d64", func(b *testing.B) { benchSample(b, s(maskedFlow(64, 5, 256, bijector.Affine{})), 256) }},
		{"W5c/sample_b256_d256", func(b *testing.B) { benchSample(b, s(maskedFlow(256, 5, 512, bijector.Affine{})), 256) }},
		{"W6/train_b1024", func(b *testing.B) { benchTrain(b, s(w6()), normalRows(4*1024, 64), 1024) }},
		{"W6/log_prob_b1024", func(b *testing.B) { benchLogProbs(b, s(w6()), normalRows(1024, 64)) }},
		{"W7a/train_b64_1x8x8", func(b *testing.B) { benchTrain(b, s(w7(8)), uniformImages(8*64, 8*8), 64) }},
		{"W7a/log_prob_b64", func(b *testing.B) { benchLogProbs(b, s(w7(8)), uniformImages(64, 8*8)) }},
		{"W7b/train_b64_1x28x28", func(b *testing.B) { benchTrain(b, s(w7(28)), uniformImages(8*64, 28*28), 64) }},
		{"W7b/log_prob_b64", func(b *testing.B) { benchLogProbs(b, s(w7(28)), uniformImages(64, 28*28)) }},
		{"W8/latency_b1_nsf", func(b *testing.B) { benchLatency(b, s(w2()), bananaRows(512)) }},
		{"W8/latency_b1_maf", func(b *testing.B) { benchLatency(b, s(w3()), normalRows(512, 6)) }},
		{"W9/reverse-KL_b512", func(b *testing.B) { benchReverse(b, s(w2())) }},
		{"W10/train_b512", func(b *testing.B) { benchTrain(b, s(w10()), bananaRows(32*512), 512) }},
		{"W10/log_prob_b512", func(b *testing.B) { benchLogProbs(b, s(w10()), bananaRows(512)) }},
	}
}

// alternate returns the columns that coupling k of d columns keeps.
func alternate(d, k int) []int {
	var keep []int
	for j := k % 2; j < d; j += 2 {
		keep = append(keep, j)
	}
	return keep
}

func couplingModel(d, layers int, u bijector.Univariate, hidden, cond int, keep func(d, k int) []int) *Transformed {
	src := rng.New(1)
	var chain []bijector.Bijector
	for k := range layers {
		chain = append(chain, bijector.NewCoupling(d, keep(d, k), u, cond, func(in, out int) nn.Network {
			return nn.NewMLP(in, []int{hidden, hidden}, out, nn.ReLU, src)
		}))
	}
	return New(dist.NewStdNormal(d), chain...)
}

func w2() *Transformed {
	return couplingModel(2, 4, bijector.Spline{Bins: 8, Bound: 5}, 64, 0, alternate)
}

func w6() *Transformed { return couplingModel(64, 8, bijector.Affine{}, 512, 0, alternate) }

func w3() *Transformed { return maskedFlow(6, 5, 100, bijector.Affine{}) }

// w10 returns a continuous flow with random weights.
func w10() *Transformed {
	return New(dist.NewStdNormal(2), bijector.NewContinuous(nn.NewMLP(8, []int{64, 64}, 2, nn.Tanh, rng.New(1)), 3, 0))
}

// maskedFlow returns autoregressive maps with two hidden layers, the order reversed
// from map to map.
func maskedFlow(d, layers, hidden int, u bijector.Univariate) *Transformed {
	src := rng.New(1)
	order := make([]int, d)
	for j := range order {
		order[j] = j
	}
	var chain []bijector.Bijector
	for range layers {
		net := masked.NewMADE(masked.Spec{Dim: d, Hidden: []int{hidden, hidden}, Outputs: u.Params(), Act: nn.ReLU, Order: order}, src)
		chain = append(chain, bijector.NewAutoregressive(net, u))
		order = slices.Clone(order)
		slices.Reverse(order)
	}
	return New(dist.NewStdNormal(d), chain...)
}

// bananaRows returns rows of the standardised banana.
func bananaRows(n int) *mat.Dense {
	r := rand.New(rng.New(2))
	x := mat.NewDense(n, 2, nil)
	for i := range n {
		v := 4 * r.NormFloat64()
		x.SetRow(i, []float64{(v*v/4 + r.NormFloat64() - 4) / math.Sqrt(33), v / 4})
	}
	return x
}

func normalRows(n, d int) *mat.Dense {
	x := mat.NewDense(n, d, nil)
	dist.NewStdNormal(d).Draw(x, rng.New(3))
	return x
}

// benchTrain times a step of Adam on batches of rows, one after the other.
func benchTrain(b *testing.B, m *Transformed, x *mat.Dense, batch int) {
	f := benchFit(b, m, Rows(x), batch, likelihood(m))
	defer f.batches.Close()
	loopSteps(b, f)
}

// loopSteps times steps of a training.
func loopSteps(b *testing.B, f *fit) {
	step := 0
	benchLoop(b, func(int) {
		if err := f.training.Step(step); err != nil {
			b.Fatal(err)
		}
		step++
	})
}

func benchFit(b *testing.B, m *Transformed, data Data, batch int, l train.Loss) *fit {
	s := &Settings{Batch: batch, Steps: 1 << 30, Every: 1 << 30, Schedule: optim.Constant(1e-3), Average: -1, Validation: -1}
	var target density
	if data.source.Len() == 0 { // samples of the base
		target = func(y, _ autodiff.Var) autodiff.Var { return y.RowSum() }
	}
	f, err := newFit(context.Background(), m, data, s, job{loss: l, target: target})
	if err != nil {
		b.Fatal(err)
	}
	return f
}

// benchLoop times calls. It counts to b.N, since b.Loop would measure the first number of
// cores of -cpu while GOMAXPROCS is still another.
func benchLoop(b *testing.B, call func(i int)) {
	call(0)
	b.ReportAllocs()
	b.ResetTimer()
	before := cpuTime()
	for i := range b.N {
		call(i)
	}
	if used := cpuTime() - before; used > 0 {
		b.ReportMetric(float64(used.Nanoseconds())/float64(b.N), "cpu-ns/op")
	}
}

// benchLogProbs times a prepared model, as the peers' are, whose weights are in float32 from the start.
func benchLogProbs(b *testing.B, m *Transformed, x *mat.Dense) {
	n, _ := x.Dims()
	dst := make([]float64, n)
	m = m.Prepared()
	benchLoop(b, func(int) { m.LogProbs(dst, x) })
}

func benchSample(b *testing.B, m *Transformed, n int) {
	x := mat.NewDense(n, m.Dim(), nil)
	src := rng.New(4)
	m = m.Prepared()
	benchLoop(b, func(int) { m.Draw(x, src) })
}

func benchLatency(b *testing.B, m *Transformed, x *mat.Dense) {
	n, _ := x.Dims()
	m = m.Prepared()
	benchLoop(b, func(i int) { m.LogProb(x.RawRowView(i % n)) })
}

// benchReverse times a step that fits a model to the density of a banana by
// samples of its own.
func benchReverse(b *testing.B, m *Transformed) {
	target := func(y, _ autodiff.Var) autodiff.Var {
		x1, x2 := y.Slice(0, 1).MulConst(math.Sqrt(33)).AddConst(4), y.Slice(1, 2)
		return autodiff.Concat(x1.Sub(x2.Square().MulConst(4)), x2).StdNormalLogDensity()
	}
	f := benchFit(b, m, Fresh(2, m.Base.Draw), 512, towards(m, target, true))
	defer f.batches.Close()
	loopSteps(b, f)
}
