package flow

import (
	"fmt"
	"iter"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// Data is what [Fit] learns from: rows in memory, [Rows], rows that are read
// again in every pass, [Stream], or fresh samples of a simulator, [Fresh].
type Data struct {
	rows    *mat.Dense
	context *mat.Dense
	weights []float64
	noise   bool

	stream    func() iter.Seq2[[]float64, error]
	fresh     func(batch, context *mat.Dense, src rand.Source)
	dim, cond int
}

// Rows is the data set whose samples are the rows of x. It is kept, not copied, if it is a *mat.Dense.
func Rows(x mat.Matrix) Data {
	if x == nil {
		return Data{}
	}
	_, d := x.Dims()
	return Data{rows: dense(x), dim: d}
}

// Given returns the data with a context for each row, for conditional models:
// row i of x is learned given row i of c.
func (d Data) Given(c mat.Matrix) Data {
	d.context = dense(c)
	_, d.cond = c.Dims()
	return d
}

// Weighted returns the data with a weight for each row, at least 0: a row of weight 2
// counts as two rows.
func (d Data) Weighted(w []float64) Data {
	d.weights = w
	return d
}

// Dequantized returns the data with noise, fresh whenever a row is used, uniform between 0
// and 1 and independent for every number: whole numbers become a density. See
// [Dequantize].
func (d Data) Dequantized() Data {
	d.noise = true
	return d
}

// addNoise adds the noise of dequantized data to the first n rows.
func (d *Data) addNoise(n int, r *rand.Rand) {
	if d.noise {
		addNoise(d.rows, n, r)
	}
}

// Stream is a data set that need not fit in memory: open returns its rows of
// dim numbers from the first on, always in the same order, and is called for every pass.
// A row may be overwritten when the next one is asked for. The rows are shuffled
// within windows, see Settings.Shuffle. An error ends the training.
func Stream(dim int, open func() iter.Seq2[[]float64, error]) Data {
	return Data{dim: dim, stream: open}
}

// StreamGiven is like [Stream] with rows of dim numbers followed by the cond
// numbers of their context.
func StreamGiven(dim, cond int, open func() iter.Seq2[[]float64, error]) Data {
	return Data{dim: dim, cond: cond, stream: open}
}

// Fresh is an endless stream of samples: draw fills the dim columns of a batch. The Draw
// method of any distribution will do. It must use no other randomness than src, if training is
// to be reproducible.
func Fresh(dim int, draw func(batch *mat.Dense, src rand.Source)) Data {
	if draw == nil {
		return Data{}
	}
	return Data{dim: dim, fresh: func(x, _ *mat.Dense, src rand.Source) { draw(x, src) }}
}

// FreshGiven is an endless stream of pairs: draw fills the dim columns of a
// batch and the cond columns of its contexts. A simulator draws a parameter θ
// from its prior, then an observation c: a flow that learns θ given c is a posterior.
func FreshGiven(dim, cond int, draw func(batch, context *mat.Dense, src rand.Source)) Data {
	return Data{dim: dim, cond: cond, fresh: draw}
}

// len returns the number of rows in memory, 0 for streams and fresh samples.
func (d *Data) len() int {
	if d.rows == nil {
		return 0
	}
	n, _ := d.rows.Dims()
	return n
}

// check returns what is wrong with the data for a model, of which they have dim
// columns, on behalf of what.
func (d *Data) check(what string, m *Transformed, dim int) error {
	if err := d.wrong(m, dim); err != nil {
		return fmt.Errorf("flow: %s: %w", what, err)
	}
	return nil
}

func (d *Data) wrong(m *Transformed, dim int) error {
	switch cond := m.CondDim(); {
	case m.ctx != nil:
		return fmt.Errorf("got a model that is bound to a context, want the one that Given was called on")
	case d.rows == nil && d.stream == nil && d.fresh == nil:
		return fmt.Errorf("got no data, want Rows, Stream or Fresh")
	case d.dim != dim:
		return fmt.Errorf("got data of %d columns, want %d as the model", d.dim, dim)
	case d.cond != cond:
		return fmt.Errorf("got data with a context of %d columns, want %d as the model", d.cond, cond)
	case d.weights != nil && d.rows == nil:
		return fmt.Errorf("got weights without rows in memory, want none")
	case d.rows == nil:
		return nil
	}
	n := d.len()
	if err := finite("data", d.rows); err != nil {
		return err
	}
	if d.context != nil {
		if r, _ := d.context.Dims(); r != n {
			return fmt.Errorf("got %d rows of data and %d of context, want as many", n, r)
		}
		if err := finite("context", d.context); err != nil {
			return err
		}
	}
	return d.checkWeights(n)
}

func (d *Data) checkWeights(n int) error {
	if d.weights == nil {
		return nil
	}
	if len(d.weights) != n {
		return fmt.Errorf("got %d rows of data and %d weights, want as many", n, len(d.weights))
	}
	var sum float64
	for i, w := range d.weights {
		if !(w >= 0) || math.IsInf(w, 1) {
			return fmt.Errorf("weight %d: got %v, want a finite number, at least 0", i, w)
		}
		sum += w
	}
	if !(sum > 0) {
		return fmt.Errorf("got weights that are all 0, want a positive one")
	}
	return nil
}

// finite returns an error that names the first number that is not finite.
func finite(what string, m *mat.Dense) error {
	n, _ := m.Dims()
	for i := range n {
		for j, v := range m.RawRowView(i) {
			if math.IsNaN(v - v) {
				return fmt.Errorf("%s row %d, column %d: got %v, want finite numbers", what, i, j, v)
			}
		}
	}
	return nil
}

// split returns the data without a random share of their rows, and those rows.
func (d *Data) split(share float64, r *rand.Rand) (train, held Data) {
	n := d.len()
	order := r.Perm(n)
	k := int(share * float64(n))
	return d.pick(order[k:]), d.pick(order[:k])
}

// pick returns the data of the rows with the given numbers.
func (d *Data) pick(index []int) Data {
	p := Data{dim: d.dim, cond: d.cond, noise: d.noise, rows: mat.NewDense(len(index), d.dim, nil)}
	if d.context != nil {
		p.context = mat.NewDense(len(index), d.cond, nil)
	}
	if d.weights != nil {
		p.weights = make([]float64, len(index))
	}
	for k, i := range index {
		d.copyRow(&p, k, i)
	}
	return p
}

// copyRow copies row i of d to row k of to.
func (d *Data) copyRow(to *Data, k, i int) {
	copy(to.rows.RawRowView(k), d.rows.RawRowView(i))
	if to.context != nil {
		copy(to.context.RawRowView(k), d.context.RawRowView(i))
	}
	if to.weights != nil {
		to.weights[k] = d.weights[i]
	}
}
