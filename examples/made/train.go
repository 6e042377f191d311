package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// A trainer fits a model by minibatches, the members of an ensemble in turn,
// until the validation rows stop to become likelier.
type trainer struct {
	options
	model  *dist.MADE
	data   *split
	vector *autodiff.Vector
	lanes  [2]lane
}

// A lane computes the gradient of a part of a minibatch. There are as many on any
// machine, and their sums are added in order, so that results do not depend on the
// number of cores.
type lane struct {
	tape *autodiff.Tape
	rows *mat.Dense
	grad []float64
}

const batchRows = 100

func newTrainer(o options, model *dist.MADE, data *split) *trainer {
	t := &trainer{options: o, model: model, data: data}
	_, d := data.train.Dims()
	tape := autodiff.NewTape()
	model.LogDensity(tape.Matrix(data.train.Slice(0, 1, 0, d)))
	t.vector = autodiff.NewVector(tape.Params())
	for i := range t.lanes {
		l := &t.lanes[i]
		*l = lane{autodiff.NewTape(), mat.NewDense(batchRows, d, nil), make([]float64, len(t.vector.Data))}
		l.tape.Accumulate(t.vector, l.grad)
	}
	return t
}

// run trains until ctx is done, at the latest, and leaves the parameters of the
// best pass, which it returns.
func (t *trainer) run(ctx context.Context, src rand.Source) (best int) {
	rows, _ := t.data.train.Dims()
	params, kept := t.vector.Data, slices.Clone(t.vector.Data)
	least, _ := nll(t.model, t.data.valid)
	opt, shuffle := &optim.AdamW{Decay: t.decay}, rand.New(src)
	every := max(1, t.masks/4) // passes from one validation to the next, which costs as many networks as there are
	step := 0
	for epoch := 1; epoch <= t.epochs && epoch-best <= t.patience && ctx.Err() == nil; epoch++ {
		order := shuffle.Perm(rows)
		for from := 0; from < rows && ctx.Err() == nil; from += batchRows {
			member := t.model.Member(step % t.model.Members())
			opt.Step(params, t.gradient(member, order[from:min(from+batchRows, rows)]), t.rate)
			step++
		}
		if epoch%every != 0 || ctx.Err() != nil {
			continue
		}
		valid, _ := nll(t.model, t.data.valid)
		if valid < least {
			least, best = valid, epoch
			copy(kept, params)
		}
		fmt.Fprintf(os.Stderr, "\rpass %d: validation NLL %.4f, best %.4f", epoch, valid, least)
	}
	fmt.Fprintln(os.Stderr)
	copy(params, kept)
	return best
}

// gradient returns that of the mean NLL of the training rows of the given numbers.
func (t *trainer) gradient(m *dist.MADE, rows []int) []float64 {
	var all sync.WaitGroup
	n, lanes := len(rows), len(t.lanes)
	for i := range t.lanes {
		all.Go(func() { t.lanes[i].run(m, t.data.train, rows[n*i/lanes:n*(i+1)/lanes], n) })
	}
	all.Wait()
	sum := t.lanes[0].grad
	for _, l := range t.lanes[1:] {
		for i, g := range l.grad {
			sum[i] += g
		}
	}
	return sum
}

// run sets the gradient to that of the NLL of some rows of x, divided by n.
func (l *lane) run(m *dist.MADE, x *mat.Dense, rows []int, n int) {
	clear(l.grad)
	if len(rows) == 0 {
		return
	}
	for i, r := range rows {
		l.rows.SetRow(i, x.RawRowView(r))
	}
	_, d := x.Dims()
	l.tape.Reset()
	batch := l.tape.Matrix(l.rows.Slice(0, len(rows), 0, d))
	l.tape.Backward(m.LogDensity(batch).Sum().MulConst(-1 / float64(n)))
}

// nll returns the mean of −log p over the rows, and its standard error.
func nll(m *dist.MADE, x *mat.Dense) (mean, se float64) {
	losses := flow.New(m).LogProbs(nil, x)
	for i, lp := range losses {
		losses[i] = -lp
	}
	mean, sd := stat.MeanStdDev(losses, nil)
	return mean, stat.StdErr(sd, float64(len(losses)))
}
