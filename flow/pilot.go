package flow

import (
	"errors"
	"math"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/train"
	"gonum.org/v1/gonum/mat"
)

// locate sets the standardizer nearest to the data, if it is not set yet, to where a density has its
// mass, so that no flow is confined to a box around 0, and those of contexts from the first of them.
// first has rows of the base and contexts.
func (m *Transformed) locate(target func(y, c autodiff.Var) autodiff.Var, first *train.Batch, src *rng.Source) error {
	var c *mat.Dense
	if first.Cond > 0 {
		c = mat.NewDense(first.N, first.Cond, first.Contexts[:first.N*first.Cond])
	}
	_, chain := m.flat()
	for _, b := range chain {
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
		mean, sd, err := pilot(pulled, s.Scale.Len(), c, src)
		if err != nil {
			return err
		}
		s.Shift.Set(mean)
		s.Scale.Set(sd)
		s.Initialized = true
		return nil
	}
	return nil
}

// pilot explores a density of d columns and returns location and scale of its mass.
func pilot(target func(y, c autodiff.Var) autodiff.Var, d int, contexts *mat.Dense, src *rng.Source) (loc, scale []float64, err error) {
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
	if err := e.climb(climbers, 120); err != nil {
		return nil, nil, err
	}
	if slices.Max(e.logs) == math.Inf(-1) {
		return nil, nil, errors.New("the log-density is −Inf or NaN at all places tried, up to 10 from 0: put a map to its support at the model's end, see SupportMap")
	}
	e.spread(climbers)
	e.follow()
	e.walk(burnIn, nil)
	e.follow()
	columns := make([][]float64, d)
	e.walk(kept, func(at *mat.Dense) {
		for j := range columns {
			for i := range n {
				columns[j] = append(columns[j], at.At(i, j))
			}
		}
	})
	loc, scale = make([]float64, d), make([]float64, d)
	for j, x := range columns {
		slices.Sort(x)
		q := func(p float64) float64 { return x[int(p*float64(len(x)-1))] }
		loc[j] = q(0.5)
		scale[j] = max((q(0.975)-q(0.025))/3.92, (q(0.999)-q(0.001))/8, 1e-12*(1+math.Abs(loc[j])))
	}
	return loc, scale, nil
}

// follow moves walkers that are lost, where log p is lower than at the best by far, to others'
// places. Walkers of different contexts cannot be compared, and stay.
func (e *explorer) follow() {
	n, d := e.at.Dims()
	if e.c != nil {
		return
	}
	top := slices.Max(e.logs)
	var good []int
	for i, lp := range e.logs {
		if lp > top-20-4*float64(d) {
			good = append(good, i)
		}
	}
	for i := range n {
		if lp := e.logs[i]; !(lp > top-20-4*float64(d)) {
			from := good[e.rand.IntN(len(good))]
			copy(e.at.RawRowView(i), e.at.RawRowView(from))
			e.logs[i] = e.logs[from]
		}
	}
}
