package flow

import (
	"context"
	"errors"
	"math"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/train"
	"gonum.org/v1/gonum/mat"
)

// locate sets the standardizer nearest to the data, if it is not set yet, to where a density has its
// mass, so that no flow is confined to a box around 0, and those of contexts from the first of them.
// first has rows of the base and contexts. It returns the part of the model before the maps behind the standardizer, and rows
// there that walkers through the density came to; nil if nothing was to be set.
func (m *Transformed) locate(target func(y, c autodiff.Var) autodiff.Var, first *train.Batch, src *rng.Source) (*Transformed, Data, error) {
	var c *mat.Dense
	if first.Cond > 0 {
		c = mat.NewDense(first.N, first.Cond, first.Contexts[:first.N*first.Cond])
	}
	base, chain := m.flat()
	for _, b := range chain {
		if w, ok := b.(*bijector.Whitener); ok {
			w.Initialized = true // walkers do not know how columns depend on each other
		}
		if e, ok := b.(*bijector.Embedded); ok && c != nil {
			if s, ok := e.Net.(*nn.Standardizer); ok {
				t := autodiff.Borrow()
				s.Initialize(t.Matrix(c))
				t.Release()
			}
		}
	}
	for k := len(chain) - 1; k >= 0; k-- {
		s, ok := chain[k].(*bijector.Standardizer)
		if !ok || s.Initialized {
			continue
		}
		var rest bijector.Bijector = chain[k+1:]
		pulled := func(y, c autodiff.Var) autodiff.Var {
			y, fldj := bijector.ForwardFLDJ(bijector.Given(rest, c), y)
			return target(y, c).Add(fldj)
		}
		rows, contexts, err := pilot(pulled, s.Scale.Len(), c, src)
		if err != nil {
			return nil, Data{}, err
		}
		mean, sd := middle(rows)
		s.Shift.Set(mean)
		s.Scale.Set(sd)
		s.Initialized = true
		data := Rows(rows)
		if contexts != nil {
			data = data.Given(contexts)
		}
		return New(base, chain[:k+1]...), data, nil
	}
	return nil, Data{}, nil
}

// pilot explores a density of d columns and returns places that walkers came to, with their contexts.
func pilot(target func(y, c autodiff.Var) autodiff.Var, d int, contexts *mat.Dense, src *rng.Source) (rows, given *mat.Dense, err error) {
	n := max(120, 2*d+2)
	const climbers, burnIn, kept = 24, 400, 100
	at := drawStart(n, d, src)
	var c *mat.Dense
	if contexts != nil {
		have, w := contexts.Dims()
		c = mat.NewDense(n, w, nil)
		for i := range n {
			copy(c.RawRowView(i), contexts.RawRowView(i%have))
		}
	}
	e := newExplorer(target, at, c, src)
	if flat := e.Climb(climbers, 120, e.gradient); flat {
		return nil, nil, errNoGradient
	}
	if slices.Max(e.Logs) == math.Inf(-1) {
		return nil, nil, errors.New("the log-density is −Inf or NaN at all places tried, up to 10 from 0: put a map to its support at the model's end, see SupportMap")
	}
	e.Spread(climbers)
	e.follow()
	e.walk(burnIn, nil)
	e.follow()
	rows = mat.NewDense(kept*n, d, nil)
	if c != nil {
		given = mat.NewDense(kept*n, c.RawMatrix().Cols, nil)
	}
	k := 0
	e.walk(kept, func(at *mat.Dense) {
		copy(rows.RawMatrix().Data[k*n*d:], at.RawMatrix().Data)
		if c != nil {
			copy(given.RawMatrix().Data[k*len(c.RawMatrix().Data):], c.RawMatrix().Data)
		}
		k++
	})
	return rows, given, nil
}

// middle returns location and scale of the columns of rows, whose tails may be heavy.
func middle(rows *mat.Dense) (loc, scale []float64) {
	_, d := rows.Dims()
	loc, scale = make([]float64, d), make([]float64, d)
	for j := range d {
		x := mat.Col(nil, j, rows)
		slices.Sort(x)
		q := func(p float64) float64 { return x[int(p*float64(len(x)-1))] }
		loc[j] = q(0.5)
		far := max(q(0.999)-loc[j], loc[j]-q(0.001)) // is to be well within reach of splines
		scale[j] = max((q(0.975)-q(0.025))/3.92, far/4, 1e-12*(1+math.Abs(loc[j])))
	}
	return loc, scale
}

// follow moves walkers that are lost, where log p is lower than at the best by far, to others'
// places. Walkers of different contexts cannot be compared, and stay.
func (e *explorer) follow() {
	n, d := e.At.Dims()
	if e.c != nil {
		return
	}
	top := slices.Max(e.Logs)
	var good []int
	for i, lp := range e.Logs {
		if lp > top-20-4*float64(d) {
			good = append(good, i)
		}
	}
	for i := range n {
		if lp := e.Logs[i]; !(lp > top-20-4*float64(d)) {
			from := good[e.Rand.IntN(len(good))]
			copy(e.At.RawRowView(i), e.At.RawRowView(from))
			e.Logs[i] = e.Logs[from]
		}
	}
}

// approach sets the model out by maximum likelihood at the places that walkers came to, so that none of the density's modes is
// lost, where reverse divergences alone lead to some of them.
func (f *fit) approach(ctx context.Context, first *train.Batch, own []*autodiff.Param, src *rng.Source) error {
	inner, rows, err := f.model.locate(f.target, first, src)
	if err != nil || inner == nil {
		return err
	}
	f.found = f.model.outward(inner, rows)
	s := &Settings{Steps: min(f.Steps/2, 500), Batch: 256, Schedule: optim.Cosine{Start: 0.005}, Validation: -1, Decay: -1, Seed: f.Seed, serial: f.serial, only: own}
	if s.Steps == 0 {
		return nil
	}
	warm, err := newFit(ctx, inner, rows, s, job{loss: likelihood(inner)})
	if err != nil {
		return err
	}
	defer warm.batches.Close()
	return warm.training.Run(ctx)
}

// outward returns some of the rows that a part of the model ends with, mapped by the maps behind it.
func (m *Transformed) outward(inner *Transformed, rows Data) *mat.Dense {
	_, chain := m.flat()
	t := autodiff.Borrow()
	defer t.Release()
	x := rows.source.(*train.Memory).Rows
	n, d := x.Dims()
	some := mat.NewDense(100, d, nil)
	for i := range 100 {
		copy(some.RawRowView(i), x.RawRowView(n-1-i*n/200)) // of the later half
	}
	return chain[len(inner.Map):].Forward(t.Matrix(some)).Dense()
}
