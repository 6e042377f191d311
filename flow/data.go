package flow

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/train"
	"gonum.org/v1/gonum/mat"
)

// Data is what [Fit] learns from: rows in memory, [Rows], rows that are read
// again in every pass, [Stream], or fresh samples of a simulator, [Fresh].
type Data struct {
	source train.Source
	noise  []float64 // widths of the noise that is added to the columns; nil for none
	err    error     // what was wrong with a call that made the data
}

// Rows is the data set whose samples are the rows of x. It is kept, not copied, if it is a *mat.Dense.
func Rows(x mat.Matrix) Data {
	if none(x) {
		return Data{}
	}
	return Data{source: &train.Memory{Rows: dense(x)}}
}

// Given returns the data with a context for each row, for conditional models:
// row i of x is learned given row i of c. Only rows in memory take one so.
func (d Data) Given(c mat.Matrix) Data {
	if none(c) {
		d.err = errors.New("got no contexts by Data.Given, want a row for each row of data")
		return d
	}
	return d.with("a context", func(m *train.Memory) { m.Contexts = dense(c) })
}

// Weighted returns the data with a weight for each row, at least 0: a row of weight 2
// counts as two rows. Only rows in memory take weights.
func (d Data) Weighted(w []float64) Data {
	if w == nil {
		d.err = errors.New("got no weights by Data.Weighted, want one for each row of data")
		return d
	}
	return d.with("weights", func(m *train.Memory) { m.Weights = w })
}

// with returns the data with something more for each of the rows in memory.
func (d Data) with(what string, set func(m *train.Memory)) Data {
	switch from := d.source.(type) {
	case nil:
	case *train.Memory:
		m := *from
		set(&m)
		d.source = &m
	default:
		d.err = fmt.Errorf("got %s without rows in memory, want none", what)
	}
	return d
}

// Dequantized returns the data with noise, fresh whenever a row is used, uniform between 0
// and a width and independent for every value: whole numbers, or other values on a grid, become a density. There is a width for
// each column, such as [Grid] finds, 0 for one that stays as it is; without widths all are 1. See
// [Dequantize].
func (d Data) Dequantized(width ...float64) Data {
	if d.source == nil || d.err != nil {
		return d
	}
	dim, _ := d.source.Dims()
	d.noise, d.err = widths(width, dim)
	return d
}

// widths returns those of d columns: ones if there are none.
func widths(w []float64, d int) ([]float64, error) {
	if len(w) == 0 {
		return slices.Repeat([]float64{1}, d), nil
	}
	if len(w) != d {
		return nil, fmt.Errorf("got noise of %d widths for %d columns, want one for each or none", len(w), d)
	}
	for j, v := range w {
		if !(v >= 0) || math.IsInf(v, 1) {
			return nil, fmt.Errorf("got noise of width %v for column %d, want a number that is not negative", v, j)
		}
	}
	return w, nil
}

// Stream is a data set that need not fit in memory: open returns its rows of
// dim values from the first on, always in the same order, and is called for every pass.
// A row may be overwritten when the next one is asked for. The rows are shuffled
// within windows, see Settings.Shuffle. An error ends the training.
func Stream(dim int, open func() iter.Seq2[[]float64, error]) Data {
	return StreamGiven(dim, 0, open)
}

// StreamGiven is like [Stream] with rows of dim values followed by the cond
// values of their context.
func StreamGiven(dim, cond int, open func() iter.Seq2[[]float64, error]) Data {
	if open == nil {
		return Data{}
	}
	return Data{source: &train.Stream{Dim: dim, Cond: cond, Rows: open}}
}

// Fresh is an endless stream of samples: draw fills the dim columns of a batch. The Draw
// method of any distribution will do. It must use no other randomness than src, if training is
// to be reproducible.
func Fresh(dim int, draw func(batch *mat.Dense, src rand.Source)) Data {
	if draw == nil {
		return Data{}
	}
	return FreshGiven(dim, 0, func(x, _ *mat.Dense, src rand.Source) { draw(x, src) })
}

// FreshGiven is an endless stream of pairs: draw fills the dim columns of a
// batch and the cond columns of its contexts. A simulator draws a parameter θ
// from its prior, then an observation c: a flow that learns θ given c is a posterior.
func FreshGiven(dim, cond int, draw func(batch, context *mat.Dense, src rand.Source)) Data {
	if draw == nil {
		return Data{}
	}
	return Data{source: &train.Fresh{Dim: dim, Cond: cond, Draw: draw}}
}

// check returns an error unless the data fit a model, where they have dim
// columns.
func (d *Data) check(m *Transformed, dim int) error {
	switch {
	case m.ctx != nil:
		return errors.New("got a model that is bound to a context, want the one that Given was called on")
	case d.err != nil:
		return d.err
	case d.source == nil:
		return errors.New("got no data, want Rows, Stream or Fresh")
	}
	switch gotDim, gotCond := d.source.Dims(); {
	case gotDim != dim:
		return fmt.Errorf("got data of %d columns, want %d as the model", gotDim, dim)
	case gotCond != m.CondDim():
		return fmt.Errorf("got data with a context of %d columns, want %d as the model", gotCond, m.CondDim())
	}
	return d.source.Check()
}

// cursor returns one over the data, with their noise.
func (d *Data) cursor(window int, order, noise *rng.Source) train.Cursor {
	c := d.source.Open(window, order, noise)
	if d.noise != nil {
		c = train.Dequantized(c, d.noise, noise)
	}
	return c
}

// first returns the first n samples, or fewer if there are fewer, in the order of the data.
func (d *Data) first(n int, seed uint64) (*train.Batch, error) {
	src := rng.New(seed)
	c := d.cursor(1, src, src)
	defer c.Close()
	b := d.source.NewBatch(n)
	return b, c.Fill(b, n)
}

// hold returns a copy of the rows in memory with the given indices, with their noise added
// once.
func (d *Data) hold(index []int, src *rng.Source) *train.Memory {
	held := d.source.(*train.Memory).Pick(index)
	if d.noise != nil {
		train.AddNoise(held.Rows.RawMatrix().Data, d.noise, src)
	}
	return held
}
