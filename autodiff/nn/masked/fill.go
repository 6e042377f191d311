package masked

import (
	"github.com/normflow/normflow/autodiff"
	"gonum.org/v1/gonum/mat"
)

// Fill sets the rows of y column by column in the network's order, at about the
// cost of one Apply in all: for each column it calls next with the network's
// outputs for it, raw (n×Outputs, row by row), which depend on the columns set
// before; next sets the values of the column, dst (n×Inputs), in rows row to
// row+n−1. Rows come in several groups. A context c has a row for each of y's, or one for all; nil
// means none.
//
// It panics if the widths or the row counts do not fit.
func (m *MADE) Fill(y *mat.Dense, c mat.Matrix, next func(row, col int, raw, dst []float64)) {
	rows, cols := y.Dims()
	t := autodiff.Borrow()
	defer t.Release()
	var ctx autodiff.Var
	if c != nil {
		ctx = t.Matrix(c)
	}
	m.check(rows, cols, ctx)
	weights, starts := make([][]float64, len(m.Layers)), make([][]float64, len(m.Layers))
	for l := range starts {
		weights[l], starts[l] = m.weights(l, t).Data(), m.start(l, t, ctx).Data()
	}
	var narrow []float64
	if m.Single {
		must(m.checkSingle())
		narrow = m.narrow(t).Data()
	}
	for row, chunk := 0, m.prog.chunk(); row < rows; row += chunk {
		m.fillRows(y, weights, starts, narrow, row, min(chunk, rows-row), next)
	}
}

// fillRows fills rows row to row+n−1 of y.
func (m *MADE) fillRows(y *mat.Dense, weights, starts [][]float64, narrow []float64, row, n int, next func(row, col int, raw, dst []float64)) {
	s := newEvaluator(m.prog, n)
	defer s.done()
	for l, layer := range m.Layers {
		start, out := starts[l], layer.Out()
		if len(start) != out {
			start = start[row*out : (row+n)*out]
		}
		s.weights, s.starts = append(s.weights, weights[l]), append(s.starts, start)
	}
	s.memory = grow(s.memory, s.total*n)
	s.bufs = s.split(s.bufs, s.memory)
	if m.Single {
		s.openSingle(narrow)
	}
	k, inputs := m.Spec.Outputs, m.Spec.inputs()
	s.raw = grow(s.raw, n*(k+inputs))
	raw, dst := s.raw[:n*k], s.raw[n*k:n*(k+inputs)]
	s.forward(func(s *evaluator, pos int) {
		col := pos
		if m.group != nil {
			col = m.Spec.Order[pos]
		}
		transpose(raw, s.rows(s.bufs[s.outputs()], pos*k, (pos+1)*k), k, n)
		next(row, col, raw, dst)
		transpose(s.rows(s.bufs[0], pos*inputs, (pos+1)*inputs), dst, n, inputs)
		for i, v := range dst {
			y.Set(row+i/inputs, col*inputs+i%inputs, v)
		}
	})
}
