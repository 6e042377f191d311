package pytorch

import (
	"errors"
	"fmt"
	"math"

	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// A file holds a few rows to be checked by, of more that the model draws, and of some that are moved outwards.
const (
	candidateRows = 64
	nearRows      = 6
	farRows       = 2
)

// candidates returns the contexts of the rows that are drawn, nil if the model takes none.
func candidates(m *flow.Transformed, context mat.Matrix) (*mat.Dense, error) {
	cond := m.CondDim()
	if need.Missing(context) {
		context = nil
	}
	switch {
	case cond == 0 && bijector.CondDim(m.Map) > 0:
		return nil, errors.New("got a model that is bound to a context, want the one that Given was called on")
	case cond == 0 && context != nil:
		return nil, errors.New("got contexts for a model that takes none")
	case cond == 0:
		return nil, nil
	}
	n, width := 0, 0
	if context != nil {
		n, width = context.Dims()
	}
	if n == 0 || width != cond {
		return nil, fmt.Errorf("got %d contexts of %d columns, want at least one of %d", n, width, cond)
	}
	contexts := mat.NewDense(candidateRows, cond, nil)
	for i := range candidateRows {
		mat.Row(contexts.RawRowView(i), i%n, context)
	}
	return contexts, nil
}

// description returns what the file says of the modules, and the rows with finite densities that it is checked by.
func (e *exporter) description(m *flow.Transformed, contexts *mat.Dense) *description {
	d := &description{Format: 1, Modules: e.modules, Float64: !e.single}
	given := m
	if contexts != nil {
		given = m.Given(contexts)
	}
	rows := mat.NewDense(candidateRows, m.Dim(), nil)
	given.Draw(rows, rng.New(1))
	d.take(nearRows, given, rows, contexts)
	if !e.bounded {
		outwards(rows)
		d.take(farRows, given, rows, contexts)
	}
	if len(d.Rows) == 0 {
		fail("the model gives none of %d rows that it drew a finite density", candidateRows)
	}
	return d
}

// take adds the first n rows that have finite densities.
func (d *description) take(n int, given *flow.Transformed, rows, contexts *mat.Dense) {
	for i, v := range given.LogProbs(nil, rows) {
		if n == 0 || math.IsInf(v, 0) || math.IsNaN(v) {
			continue
		}
		n--
		d.Rows, d.LogProb = append(d.Rows, mat.Row(nil, i, rows)), append(d.LogProb, v)
		if contexts != nil {
			d.Context = append(d.Context, contexts.RawRowView(i))
		}
	}
}

// outwards moves rows away from their mean.
func outwards(rows *mat.Dense) {
	n, d := rows.Dims()
	for j := range d {
		var mean float64
		for i := range n {
			mean += rows.At(i, j) / float64(n)
		}
		for i := range n {
			rows.Set(i, j, mean+3*(rows.At(i, j)-mean))
		}
	}
}
