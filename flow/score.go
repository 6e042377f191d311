package flow

import (
	"github.com/normflow/normflow/autodiff"
	"gonum.org/v1/gonum/mat"
)

// LogProb returns log p(y) in nats for one row: −Inf outside the support. It
// panics unless y has Dim values.
//
// It costs one inverse pass and, for a model without context, allocates
// nothing in the steady state.
func (m *Transformed) LogProb(y []float64) float64 {
	m.there("LogProb")
	t := autodiff.Borrow()
	t.Share(m.kept.shared())
	lp := m.logDensity("LogProb", t.View(1, len(y), y), m.context("LogProb", t, 0, 1, 1)).Value()
	t.Share(nil)
	t.Release()
	return lp
}

// LogProbs sets dst[i] to log p of row i of y and returns dst; nil dst is
// allocated. It gives the same bits as [Transformed.LogProb] row by row, works
// in bounded memory whatever the number of rows, and uses all cores.
//
// It panics if y has not Dim columns or dst is not as long as y has rows.
func (m *Transformed) LogProbs(dst []float64, y mat.Matrix) []float64 {
	m.there("LogProbs")
	n := shape("LogProbs", y, m.dim)
	dst = sized("LogProbs", dst, n)
	if n == 0 {
		return dst
	}
	rows := dense(y)
	m.eachChunk("LogProbs", n, func(t *autodiff.Tape, i, j int) {
		copy(dst[i:j], m.logDensity("LogProbs", viewRows(t, rows, i, j), m.context("LogProbs", t, i, j, n)).Data())
	})
	return dst
}

// Encode sets the rows of dst to x = f⁻¹(y), from data to base, and returns
// dst; nil dst is allocated. It panics if the shapes do not fit.
func (m *Transformed) Encode(dst *mat.Dense, y mat.Matrix) *mat.Dense {
	m.there("Encode")
	n := shape("Encode", y, m.dim)
	if dst = roomDense("Encode", dst, n, m.Base.Dim()); n == 0 {
		return dst
	}
	rows := dense(y)
	m.eachChunk("Encode", n, func(t *autodiff.Tape, i, j int) {
		setRows(dst, i, m.given(m.context("Encode", t, i, j, n)).Inverse(viewRows(t, rows, i, j)))
	})
	return dst
}

// Decode sets the rows of dst to y = f(x), from base to data, and returns dst;
// nil dst is allocated. It panics if the shapes do not fit.
func (m *Transformed) Decode(dst *mat.Dense, x mat.Matrix) *mat.Dense {
	m.there("Decode")
	n := shape("Decode", x, m.Base.Dim())
	if dst = roomDense("Decode", dst, n, m.dim); n == 0 {
		return dst
	}
	m.decode("Decode", dst, dense(x))
	return dst
}

// decode sets the rows of dst to f of those of x, on behalf of what.
func (m *Transformed) decode(what string, dst, x *mat.Dense) {
	n := x.RawMatrix().Rows
	m.eachChunk(what, n, func(t *autodiff.Tape, i, j int) {
		setRows(dst, i, m.given(m.context(what, t, i, j, n)).Forward(viewRows(t, x, i, j)))
	})
}
