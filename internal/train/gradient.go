package train

import (
	"errors"
	"fmt"
	"runtime"
	"slices"

	"github.com/normflow/normflow/autodiff"
)

// A Loss is the function whose mean over rows is minimised: n×1 for rows y and their
// contexts c, the zero Var if there are none.
type Loss func(t *autodiff.Tape, y, c autodiff.Var) autodiff.Var

// A Gradient computes the gradient of a mean loss over a batch. The batch
// is cut into shards, whose number depends on the model and the batch but never
// on the machine; workers, each with a tape, take shards, and go through their rows a part at a
// time; the shards' sums are added by a fixed binary tree. So any number of workers gives the same
// bits, and so does any number of machines, a power of two, that each take a subtree
// and add their sums two by two.
type Gradient struct {
	Params *autodiff.Vector  // that are learned
	Frozen []*autodiff.Param // that are used, but not learned

	loss   Loss
	batch  *Batch
	weight float64 // of the batch

	shards int // of the batch, on all machines
	first  int // shard of this machine
	last   int // and the one after its last
	part   int // rows on a tape at a time
	tree   *tree
	failed []any            // values that shards panicked with
	shared *autodiff.Shared // by the tapes, for one gradient
	tapes  []*autodiff.Tape // of the workers

	pool      *pool
	work, add func(worker, i int) // made once
}

// A Sum is a gradient, of Params.Data, and after it the loss: one vector, so that
// machines add both at once.
type Sum []float64

// Grad returns the gradient.
func (s Sum) Grad() []float64 { return s[:len(s)-1] }

// Loss returns the loss.
func (s Sum) Loss() float64 { return s[len(s)-1] }

// large is the number of parameters of a model from which its memory counts.
const large = 1e6

// NewGradient returns the gradient of a loss over batches of n rows. It finds the
// parameters by evaluating the loss on a few of the first rows, and moves them into one vector: those
// of own, and all if that is nil; others are constants.
func NewGradient(loss Loss, own []*autodiff.Param, first *Batch, n int) (*Gradient, error) {
	return newGradient(loss, own, first, n, 0, 1, runtime.GOMAXPROCS(0))
}

// NewSerial is like [NewGradient] on the caller's goroutine alone, for callers that compute several at once.
func NewSerial(loss Loss, own []*autodiff.Param, first *Batch, n int) (*Gradient, error) {
	return newGradient(loss, own, first, n, 0, 1, 1)
}

// NewPart is like [NewGradient] for one of so many machines that add their sums: its gradient is that
// of the shards of its rank. It panics unless the machines are a power of two and the rank is one of theirs.
func NewPart(loss Loss, own []*autodiff.Param, first *Batch, n, rank, ranks int) (*Gradient, error) {
	if ranks < 1 || ranks&(ranks-1) != 0 || rank < 0 || rank >= ranks {
		panic(fmt.Sprintf("train: NewPart: got rank %d of %d, want one of a power of two", rank, ranks))
	}
	return newGradient(loss, own, first, n, rank, ranks, runtime.GOMAXPROCS(0))
}

func newGradient(loss Loss, own []*autodiff.Param, first *Batch, n, rank, ranks, cores int) (*Gradient, error) {
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
	g.shards = shardCount(n, perRow, count)
	g.part = partRows((n+g.shards-1)/g.shards, perRow, count)
	g.first, g.last = g.shards*rank/ranks, g.shards*(rank+1)/ranks
	leaves := max(g.last-g.first, 1) // a machine without a shard gives zeros
	workers := min(cores, leaves)
	g.tree, g.failed = newTree(leaves, workers, count+1), make([]any, leaves)
	for range workers {
		g.tapes = append(g.tapes, g.newTape(fixed+perRow*g.part))
	}
	g.pool, g.work, g.add = newPool(workers-1), g.takeShards, func(_, i int) { g.tree.addPart(i) }
	return g, nil
}

// newTape returns a tape with memory for so many values.
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

// Of returns the gradient of the batch's mean loss, or this machine's part of it. It is
// valid until the next call.
func (g *Gradient) Of(b *Batch) Sum {
	g.shared.Forget()
	g.batch, g.weight = b, b.Weight()
	g.tree.begin()
	g.pool.run(len(g.tapes), g.work)
	for _, f := range g.failed {
		if f != nil {
			panic(f)
		}
	}
	g.pool.run(g.tree.parts(), g.add)
	return g.tree.root()
}

// takeShards computes shards, on the tape of a worker, while there are any.
func (g *Gradient) takeShards(worker, _ int) {
	for {
		leaf, sum, ok := g.tree.take()
		if !ok {
			return
		}
		g.failed[leaf] = g.shard(g.tapes[worker], g.first+leaf, sum)
		g.tree.add(leaf, sum)
	}
}

// shard sets sum to the gradient and the loss of shard i of the batch, and returns the value that the
// loss panicked with.
func (g *Gradient) shard(t *autodiff.Tape, i int, sum Sum) (failed any) {
	defer func() { failed = recover() }()
	t.Accumulate(g.Params, sum.Grad())
	defer t.Accumulate(nil, nil)
	var total float64
	from, to := g.batch.N*i/g.shards, g.batch.N*min(i+1, g.last)/g.shards
	for ; from < to; from += g.part {
		t.Reset()
		losses := g.record(t, from, min(from+g.part, to))
		total += losses.Value()
		t.Backward(losses.MulConst(1 / g.weight))
	}
	sum[len(sum)-1] = total / g.weight
	return nil
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
