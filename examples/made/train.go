package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// A trainer fits a model by minibatches, the members of an ensemble in turn,
// until the validation rows stop to become likelier.
type trainer struct {
	options
	model *dist.MADE
	data  *split
}

const batchRows = 100

// run trains and leaves the parameters of the best pass, which it returns.
func (t *trainer) run(src rand.Source) (best int) {
	rows, d := t.data.train.Dims()
	tape := autodiff.NewTape()
	t.model.LogDensity(tape.Matrix(t.data.train.Slice(0, 1, 0, d)))
	vector := autodiff.NewVector(tape.Params())
	grad, kept := make([]float64, len(vector.Data)), slices.Clone(vector.Data)
	least, _ := nll(t.model, t.data.valid)
	tape.Accumulate(vector, grad)
	opt, shuffle := &optim.AdamW{Decay: t.decay}, rand.New(src)
	batch := mat.NewDense(min(batchRows, rows), d, nil)
	every := max(1, t.masks/4) // passes from one validation to the next, which costs as many networks as there are
	step := 0
	for epoch := 1; epoch <= t.epochs && epoch-best <= t.patience; epoch++ {
		order := shuffle.Perm(rows)
		for from := 0; from < rows; from += batchRows {
			n := min(batchRows, rows-from)
			for i, r := range order[from : from+n] {
				batch.SetRow(i, t.data.train.RawRowView(r))
			}
			tape.Reset()
			clear(grad)
			member := t.model.Member(step % t.model.Members())
			tape.Backward(member.LogDensity(tape.Matrix(batch.Slice(0, n, 0, d))).Mean().Neg())
			opt.Step(vector.Data, grad, t.rate)
			step++
		}
		if epoch%every != 0 {
			continue
		}
		valid, _ := nll(t.model, t.data.valid)
		if valid < least {
			least, best = valid, epoch
			copy(kept, vector.Data)
		}
		fmt.Fprintf(os.Stderr, "\rpass %d: validation NLL %.4f, best %.4f", epoch, valid, least)
	}
	fmt.Fprintln(os.Stderr)
	copy(vector.Data, kept)
	return best
}

// nll returns the mean of −log p over the rows, and its standard error.
func nll(m *dist.MADE, x *mat.Dense) (mean, se float64) {
	n, d := x.Dims()
	tape := autodiff.NewTape()
	tape.NoGrad(true)
	losses := make([]float64, 0, n)
	chunk := max(500/m.Members(), 10) // all members are on the tape
	for i := 0; i < n; i += chunk {
		tape.Reset()
		rows := x.Slice(i, min(i+chunk, n), 0, d)
		losses = append(losses, m.LogDensity(tape.Matrix(rows)).Neg().Data()...)
	}
	mean, sd := stat.MeanStdDev(losses, nil)
	return mean, stat.StdErr(sd, float64(n))
}
