package flow

import (
	"context"
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/train"
)

// FitLifted changes the parameters of l, of its model and of its lift, so that the bound E log(p(x)·w) of the data becomes large, with fresh draws of x in every
// step. Losses, of records and of the Result, are means of −log(p(x)·w), which on average is above the NLL; that of held-out rows is computed with the same draws at
// every record. What the Result says of held-out rows in the end is of [Lifted.LogProbs].
//
// Settings, checkpoints and errors are those of [Fit]; Settings.Held is not for lifted models. Rows in memory that nothing maps to are an error.
func FitLifted(ctx context.Context, l *Lifted, data Data, s *Settings) (*Result, error) {
	if l == nil {
		panic("flow: FitLifted: got no model, want one of NewLifted")
	}
	checkCall("FitLifted", ctx, l.Of)
	if s != nil && s.Held.source != nil {
		return new(Result), fmt.Errorf("flow: FitLifted: got Settings.Held, want a share by Validation")
	}
	if m, ok := data.source.(*train.Memory); ok {
		n, _ := m.Rows.Dims()
		for i := range n {
			if row := m.Rows.RawRowView(i); len(row) == l.Dim() && !l.By.Holds(row) {
				return new(Result), fmt.Errorf("flow: FitLifted: row %d: got %v, which nothing maps to by %T", i, row[:min(4, len(row))], l.By)
			}
		}
	}
	a := &lifting{l}
	return run(ctx, "FitLifted", l.Of, data, l.Dim(), s, job{loss: a.loss, added: a})
}

// A lifting is the training of a lifted model: rows with noise beside them.
type lifting struct{ *Lifted }

func (a *lifting) String() string { return fmt.Sprintf("bound by %T", a.By) }

// noise returns the columns that noise adds.
func (a *lifting) noise() int { _, _, k := a.By.Dims(); return k }

// loss is −log(p(x)·w) of rows with noise.
func (a *lifting) loss(_ *autodiff.Tape, y, c autodiff.Var) autodiff.Var {
	d := a.Dim()
	return a.bound("FitLifted", y.Slice(0, d), y.Slice(d, d+a.noise()), c).Neg()
}

// start initialises the model and the flow of the lift, from what the first rows are raised to.
func (a *lifting) start(_ *fit, first *train.Batch) {
	t := autodiff.NewTape()
	t.NoGrad(true)
	y, context := a.withNoise(first, 1, rng.New(1)).On(t, 0, first.N)
	rows, noise := y.Slice(0, a.Dim()), y.Slice(a.Dim(), y.Cols())
	if b, ok := a.By.(conditioned); ok {
		q, c := b.conditioned(rows)
		q.initialize(noise, c)
	}
	x, _ := a.By.Raise(rows, noise)
	a.Of.initialize(x, context)
}

// open returns a cursor of rows with noise, a batch for n of them, and the first ones.
func (a *lifting) open(c train.Cursor, src *rng.Source, first *train.Batch, n int) (train.Cursor, *train.Batch, *train.Batch) {
	few := *first
	few.N = min(first.N, n)
	like := a.withNoise(&few, 1, rng.New(0))
	rows := train.NewBatch(n, first.Dim, first.Cond, first.Weights != nil)
	return &noisy{c, a, src, rows}, train.NewBatch(n, like.Dim, like.Cond, like.Weights != nil), like
}

// validation returns the loss of held-out rows, always with the same noise, several for each of a few.
func (a *lifting) validation(held *train.Memory, _ int, seed uint64) func() float64 {
	return meanLoss(a.Of, a.loss, a.withNoise(held.All(), repeats(held.Len()), rng.New(seed)))
}

// withNoise returns so many copies of rows with noise beside them.
func (a *lifting) withNoise(rows *train.Batch, times int, src *rng.Source) *train.Batch {
	b := train.NewBatch(times*rows.N, rows.Dim+a.noise(), rows.Cond, rows.Weights != nil)
	for range times {
		a.add(b, rows, src)
	}
	return b
}

// add appends rows with noise to b.
func (a *lifting) add(b, rows *train.Batch, src *rng.Source) {
	if b.Weights != nil {
		copy(b.Weights[b.N:], rows.Weights[:rows.N])
	}
	for i := range rows.N {
		row := b.Row(b.N)
		copy(row, rows.Row(i))
		copy(b.Context(b.N), rows.Context(i))
		rng.Normals(row[rows.Dim:], src)
		b.N++
	}
}

// A conditioned lift draws from a flow given something of y.
type conditioned interface {
	conditioned(y autodiff.Var) (q *Transformed, c autodiff.Var)
}

// noisy is a cursor whose rows are those of another with noise beside them.
type noisy struct {
	train.Cursor
	of   *lifting
	src  *rng.Source
	rows *train.Batch
}

// Fill sets b to the next n rows.
func (c *noisy) Fill(b *train.Batch, n int) error {
	if err := c.Cursor.Fill(c.rows, n); err != nil {
		return err
	}
	b.N = 0
	c.of.add(b, c.rows, c.src)
	return nil
}

// Position is that of the other cursor and of the noise.
func (c *noisy) Position() train.Position { return positioned(c.Cursor, c.src) }

// Resume undoes Position.
func (c *noisy) Resume(to train.Position) error { return resumed(c.Cursor, c.src, to) }

// repeats returns how often n held-out rows are used with other draws.
func repeats(n int) int {
	const least = 2048
	return max(1, (least+n-1)/n)
}

// meanLoss returns a function that computes the mean of a loss over rows.
func meanLoss(m *Transformed, loss train.Loss, all *train.Batch) func() float64 {
	losses, total := make([]float64, all.N), all.Weight()
	return func() float64 {
		m.eachChunk("FitLifted", all.N, func(t *autodiff.Tape, i, j int) {
			y, c := all.On(t, i, j)
			copy(losses[i:j], loss(t, y, c).Data())
		})
		if all.Weights != nil {
			return kernel.Dot(losses, all.Weights) / total
		}
		return kernel.Sum(losses) / total
	}
}

// positioned returns where a cursor and a source of draws stand.
func positioned(c train.Cursor, src *rng.Source) train.Position {
	at := c.Position()
	at.Noise, _ = src.MarshalBinary() // cannot fail: it is in memory
	return at
}

// resumed undoes positioned.
func resumed(c train.Cursor, src *rng.Source, to train.Position) error {
	if err := src.UnmarshalBinary(to.Noise); err != nil {
		return err
	}
	return c.Resume(to)
}
