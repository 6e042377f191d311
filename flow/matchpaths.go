package flow

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/train"
	"gonum.org/v1/gonum/mat"
)

// contextCost is that of moving a draw by a deviation of the contexts.
const contextCost = 100

// paths is a cursor whose rows are z = (1−t)·x₀ + t·x₁, t and x₁ − x₀ for the rows x₁ of another
// cursor, seen through the maps behind the velocity.
type paths struct {
	train.Cursor
	of    *matching
	src   *rng.Source
	rows  *train.Batch // of the other cursor
	tape  *autodiff.Tape
	base  *mat.Dense // draws of the base
	pairs pairing
	cost  []float64
}

// newPaths returns paths to the rows of a cursor, n at a time, like those of a batch.
func newPaths(m *matching, c train.Cursor, src *rng.Source, n int, like *train.Batch) *paths {
	p := &paths{Cursor: c, of: m, src: src, rows: train.NewBatch(n, like.Dim, like.Cond, like.Weights != nil), tape: autodiff.NewTape(),
		base: mat.NewDense(n, m.dim, nil), cost: make([]float64, min(m.pair, n)*min(m.pair, n))}
	p.tape.NoGrad(true)
	return p
}

// contextScale returns 1/variance of each column of the contexts, 0 where that is 0.
func contextScale(b *train.Batch) []float64 {
	if b.Cond == 0 {
		return nil
	}
	_, sd := kernel.Moments(b.Contexts[:b.N*b.Cond], b.N, b.Cond)
	for j, s := range sd {
		if s > 0 {
			sd[j] = 1 / (s * s)
		}
	}
	return sd
}

// newBatch returns a batch for n paths.
func (p *paths) newBatch(n int) *train.Batch {
	return train.NewBatch(n, 2*p.of.dim+1, p.rows.Cond, p.rows.Weights != nil)
}

// Fill sets b to paths to the next n rows.
func (p *paths) Fill(b *train.Batch, n int) error {
	if err := p.Cursor.Fill(p.rows, n); err != nil {
		return err
	}
	b.N = 0
	p.extend(b, p.rows, 0, p.rows.N)
	return nil
}

// Position is that of the other cursor and of the draws.
func (p *paths) Position() train.Position { return positioned(p.Cursor, p.src) }

// Resume undoes Position.
func (p *paths) Resume(to train.Position) error { return resumed(p.Cursor, p.src, to) }

// extend appends to b paths to rows i to j−1 of a batch.
func (p *paths) extend(b, rows *train.Batch, i, j int) {
	p.tape.Reset()
	y, c := rows.On(p.tape, i, j)
	to := bijector.Given(p.of.behind, c).Inverse(y).Data()
	n, d := j-i, p.of.dim
	base := p.base
	if n != base.RawMatrix().Rows {
		base = p.base.Slice(0, n, 0, d).(*mat.Dense)
	}
	p.of.base.Draw(base, p.src)
	from := base.RawMatrix().Data
	copy(b.Contexts[b.N*b.Cond:], rows.Contexts[i*b.Cond:j*b.Cond])
	if b.Weights != nil {
		copy(b.Weights[b.N:], rows.Weights[i:j])
	}
	at := rng.Uniform(p.src)
	groups := (n + p.of.pair - 1) / p.of.pair
	for g := range groups {
		k, next := n*g/groups, n*(g+1)/groups
		p.pair(b, rows.Contexts[(i+k)*b.Cond:], from[k*d:], to[k*d:], next-k, &at)
	}
}

// pair appends paths from n draws, each to the row that it is paired with. Times are those of a sequence that fills the interval evenly.
func (p *paths) pair(b *train.Batch, contexts, from, to []float64, n int, at *float64) {
	p.costs(contexts, from, to, n, b.Cond)
	const golden = 0.6180339887498949
	d := p.of.dim
	for i, draw := range p.pairs.least(p.cost[:n*n], n) {
		if *at += golden; *at >= 1 {
			*at--
		}
		row := b.Row(b.N)
		row[d] = *at
		for j := range d {
			x0, x1 := from[draw*d+j], to[i*d+j]
			row[d+1+j] = x1 - x0
			row[j] = kernel.FMA(*at, x1-x0, x0)
		}
		b.N++
	}
}

// costs sets the cost of each of n rows, and each draw in it: n×n.
func (p *paths) costs(contexts, from, to []float64, n, cond int) {
	d := p.of.dim
	for i := range n {
		x1 := to[i*d : (i+1)*d]
		for k := range n {
			var sum float64
			for j, x0 := range from[k*d : (k+1)*d] {
				diff := x1[j] - x0
				sum = kernel.FMA(diff, diff, sum)
			}
			for j, s := range p.of.scale {
				diff := contexts[i*cond+j] - contexts[k*cond+j]
				sum = kernel.FMA(contextCost*s*diff, diff, sum)
			}
			p.cost[i*n+k] = sum
		}
	}
}
