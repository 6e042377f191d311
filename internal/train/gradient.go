package train

import (
	"errors"
	"runtime"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// A Loss is what is minimised in the mean over rows: n×1 for rows y and their
// contexts c, the zero Var if there are none.
type Loss func(t *autodiff.Tape, y, c autodiff.Var) autodiff.Var

// A Gradient computes the gradient of a mean loss over a batch. The batch
// is cut into shards, whose number depends on the model and the batch and never
// on the machine; each shard has its own sum of gradients and goes through its rows
// a part at a time; workers, each with a tape, take shards; the sums are added in
// the order of the shards. So any number of workers gives the same bits.
type Gradient struct {
	Params *autodiff.Vector  // that are learned
	Frozen []*autodiff.Param // that are used, but not learned
	Sum    []float64         // the gradient, of Params.Data

	loss   Loss
	batch  *Batch
	weight float64 // of the batch
	shards []*shard
	part   int              // rows on a tape at a time
	tapes  []*autodiff.Tape // of the workers
	shared *autodiff.Shared // by the tapes, for one gradient

	pool       *pool
	runs, adds func(worker, i int) // runShard and addShards, made once
}

type shard struct {
	grad   []float64
	i, j   int     // its rows
	sum    float64 // of its losses, weighted
	failed any     // what it panicked with
}

const (
	large   = 1e6     // parameters of a model whose memory counts
	addPart = 1 << 14 // values of gradients that are added at a time
)

// NewGradient returns the gradient of a loss over batches of n rows. It finds the
// parameters by evaluating the loss on a few of the first rows, and moves them into one vector: those
// of own, and all if that is nil; others are constants.
func NewGradient(loss Loss, own []*autodiff.Param, first *Batch, n int) (*Gradient, error) {
	g := &Gradient{loss: loss, batch: first, shared: new(autodiff.Shared)}
	params, perRow, fixed := g.probe(own, min(n, 16))
	count := 0
	for _, p := range params {
		count += p.Len()
	}
	if count == 0 {
		return nil, errors.New("got a model without parameters to learn, want at least one")
	}
	g.Params = autodiff.NewVector(params)
	if count > large {
		runtime.GC() // the parameters' former memory, before much more is set aside
	}
	shards := shardCount(n, perRow, count)
	g.part = partRows((n+shards-1)/shards, perRow, count)
	for range shards {
		g.shards = append(g.shards, &shard{grad: make([]float64, count)})
	}
	g.Sum = g.shards[0].grad
	workers := min(runtime.GOMAXPROCS(0), shards)
	for range workers {
		g.tapes = append(g.tapes, g.newTape(fixed+perRow*g.part))
	}
	g.pool, g.runs, g.adds = newPool(workers-1), g.runShard, g.addShards
	return g, nil
}

// newTape returns a tape with room for so many values.
func (g *Gradient) newTape(values int) *autodiff.Tape {
	t := autodiff.NewTape()
	t.Share(g.shared)
	t.Grow(values)
	return t
}

// probe evaluates the loss on n rows and returns the parameters to learn, and how
// many values a row takes on a tape, and what rows have in common.
func (g *Gradient) probe(own []*autodiff.Param, n int) (params []*autodiff.Param, perRow, fixed int) {
	tape := g.newTape(0)
	g.record(tape, 0, n)
	for _, p := range tape.Params() {
		switch {
		case own != nil && !slices.Contains(own, p):
		case p.Frozen():
			g.Frozen = append(g.Frozen, p)
		default:
			params = append(params, p)
		}
	}
	rows, fixed := tape.Size()
	return params, rows/n + 1, fixed
}

// Close ends the workers.
func (g *Gradient) Close() { g.pool.close() }

// Of sets Sum to the gradient of the batch's mean loss and returns the loss.
func (g *Gradient) Of(b *Batch) float64 {
	g.shared.Forget()
	g.batch, g.weight = b, b.Weight()
	k := len(g.shards)
	for i, s := range g.shards {
		s.i, s.j = b.N*i/k, b.N*(i+1)/k
	}
	g.pool.run(k, g.runs)
	sum := g.shards[0].sum
	for _, s := range g.shards {
		if s.failed != nil {
			panic(s.failed)
		}
	}
	for _, s := range g.shards[1:] {
		sum += s.sum
	}
	if k > 1 {
		g.pool.run((len(g.Sum)+addPart-1)/addPart, g.adds)
	}
	return sum / g.weight
}

// addShards adds part i of the shards' gradients to the first's.
func (g *Gradient) addShards(_, i int) {
	from, to := i*addPart, min((i+1)*addPart, len(g.Sum))
	for _, s := range g.shards[1:] {
		kernel.Accumulate(g.Sum[from:to], s.grad[from:to])
	}
}

// runShard computes the gradient of a shard on the tape of a worker.
func (g *Gradient) runShard(worker, i int) {
	t, s := g.tapes[worker], g.shards[i]
	defer func() { s.failed = recover() }()
	t.Accumulate(g.Params, s.grad)
	defer t.Accumulate(nil, nil)
	s.sum = 0
	for i := s.i; i < s.j; i += g.part {
		t.Reset()
		sum := g.record(t, i, min(i+g.part, s.j))
		s.sum += sum.Value()
		t.Backward(sum.MulConst(1 / g.weight))
	}
}

// record puts the weighted sum of the losses of rows i to j−1 on a tape.
func (g *Gradient) record(t *autodiff.Tape, i, j int) autodiff.Var {
	y, c := g.batch.On(t, i, j)
	loss := g.loss(t, y, c)
	if w := g.batch.Weights; w != nil {
		loss = loss.Mul(t.View(j-i, 1, w[i:j]))
	}
	return loss.Sum()
}
