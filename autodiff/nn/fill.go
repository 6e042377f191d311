package nn

import (
	"github.com/normflow/normflow/autodiff"
	"gonum.org/v1/gonum/mat"
)

// Fill sets the rows of y column by column in the network's order, at about the
// cost of one Apply in all: for each column it calls next with the network's
// numbers for it, raw (n×Outputs, row by row), which depend on the columns set
// before; next sets the numbers of the column, dst, in rows row to row+n−1. Rows come in
// several groups. A context c has a row for each of y's, or one for all; nil
// is none.
//
// It panics if the widths or the numbers of rows do not fit.
func (m *MADE) Fill(y *mat.Dense, c mat.Matrix, next func(row, col int, raw, dst []float64)) {
	rows, cols := y.Dims()
	t := autodiff.NewTape()
	t.NoGrad(true)
	var ctx autodiff.Var
	if c != nil {
		ctx = t.Matrix(c)
	}
	m.check(rows, cols, ctx)
	starts := make([][]float64, len(m.Layers))
	for l := range starts {
		starts[l] = m.start(l, t, ctx).Data()
	}
	for row, chunk := 0, m.prog.chunk(); row < rows; row += chunk {
		m.fillRows(y, starts, row, min(chunk, rows-row), next)
	}
}

// fillRows fills rows row to row+n−1 of y.
func (m *MADE) fillRows(y *mat.Dense, starts [][]float64, row, n int, next func(row, col int, raw, dst []float64)) {
	s := newSweep(m.prog, n)
	defer s.done()
	for l, layer := range m.Layers {
		start, out := starts[l], layer.Out()
		if len(start) != out {
			start = start[row*out : (row+n)*out]
		}
		s.weights, s.starts = append(s.weights, layer.W.Data()), append(s.starts, start)
	}
	s.memory = grow(s.memory, s.total*n)
	s.bufs = s.split(s.bufs, s.memory)
	k := m.Spec.Outputs
	s.raw = grow(s.raw, n*k)
	s.forward(func(s *sweep, pos int) {
		col := pos
		if m.ungroup != nil {
			col = m.Spec.Order[pos]
		}
		transpose(s.raw, s.rows(s.bufs[s.outputs()], pos*k, (pos+1)*k), k, n)
		dst := s.rows(s.bufs[0], pos, pos+1)
		next(row, col, s.raw, dst)
		for i, v := range dst {
			y.Set(row+i, col, v)
		}
	})
}
