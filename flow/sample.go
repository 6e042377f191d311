package flow

import (
	"math/rand/v2"
	"sync/atomic"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/parallel"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// Draw fills the rows of batch with samples, a fixed function of src; nil is
// the global source. With a context of several rows, batch has as many, and
// row i is drawn given context i; for several rows of each see [Transformed.GivenEach].
//
// It costs one forward pass and uses all cores: the base draws 1024 rows at a time, from sources
// that are split off src. It panics unless batch has Dim columns.
func (m *Transformed) Draw(batch *mat.Dense, src rand.Source) { m.draw("Draw", batch, src) }

// DrawGiven is like Draw given contexts, one row for each of batch or one for all. A model that
// takes no context, or is bound to one, ignores c.
func (m *Transformed) DrawGiven(batch *mat.Dense, c mat.Matrix, src rand.Source) {
	m.there("DrawGiven")
	if m.CondDim() > 0 {
		m = m.bind("DrawGiven", c)
	}
	m.draw("DrawGiven", batch, src)
}

func (m *Transformed) draw(what string, batch *mat.Dense, src rand.Source) {
	m.there(what)
	n := shape(what, batch, m.dim)
	if n == 0 {
		return
	}
	m.decode(what, batch, m.drawBase(what, batch, n, src))
}

// drawBase returns n rows of the base, on behalf of what, given the model's context: in batch if they fit.
func (m *Transformed) drawBase(what string, batch *mat.Dense, n int, src rand.Source) *mat.Dense {
	d := m.Base.Dim()
	if d != m.dim {
		batch = mat.NewDense(n, d, nil)
	}
	if m.ctx != nil {
		m.checkContext(what, n)
	}
	if base, ok := m.Base.(*Transformed); ok {
		m.givenBase(base).Draw(batch, src)
		return batch
	}
	c := m.baseContexts()
	m.eachPiece(n, src, func(i, j int, src rand.Source) {
		x := batch.Slice(i, j, 0, d).(*mat.Dense)
		switch {
		case c == nil:
			m.Base.Draw(x, src)
		case c.RawMatrix().Rows == n:
			dist.DrawGiven(m.Base, x, c.Slice(i, j, 0, c.RawMatrix().Cols), src)
		default:
			dist.DrawGiven(m.Base, x, c, src)
		}
	})
	return batch
}

// givenBase returns a flow that is the base given the model's context.
func (m *Transformed) givenBase(base *Transformed) *Transformed {
	switch {
	case m.ctx == nil || base.CondDim() == 0:
		return base
	case m.each == 0:
		return base.Given(m.ctx)
	}
	return base.GivenEach(m.ctx, m.each)
}

// baseContexts returns the contexts of the base, one for all rows or each: nil if it takes none.
func (m *Transformed) baseContexts() *mat.Dense {
	if m.ctx == nil || dist.CondDim(m.Base) == 0 {
		return nil
	}
	if m.each == 0 {
		return m.ctx
	}
	t := autodiff.Borrow()
	defer t.Release()
	return viewRows(t, m.ctx, 0, m.ctx.RawMatrix().Rows).RepeatRows(m.each).Dense()
}

// pieceRows is how many rows of the base are drawn from one source.
const pieceRows = 1024

// eachPiece calls draw for the pieces of n rows, each with a source of its own, which src
// gives in their order: so the rows are the same for any number of cores.
func (m *Transformed) eachPiece(n int, src rand.Source, draw func(i, j int, src rand.Source)) {
	if n <= pieceRows {
		draw(0, n, src)
		return
	}
	sources := make([]*rng.Source, (n+pieceRows-1)/pieceRows)
	for k := range sources {
		sources[k] = rng.Split(rng.Or(src))
	}
	var next atomic.Int64
	parallel.Together(min(m.workers(n), (len(sources)+3)/4), func() {
		for k := int(next.Add(1)) - 1; k < len(sources); k = int(next.Add(1)) - 1 {
			draw(k*pieceRows, min((k+1)*pieceRows, n), sources[k])
		}
	})
}

// Sample fills the rows of batch with samples: see [Transformed.Draw] and
// [Transformed.WithSource].
func (m *Transformed) Sample(batch *mat.Dense) {
	m.there("Sample")
	m.draw("Sample", batch, m.src)
}

// Rand sets dst to one sample and returns it; nil dst is allocated. See
// [Transformed.WithSource] for the randomness.
func (m *Transformed) Rand(dst []float64) []float64 {
	m.there("Rand")
	dst = sized("Rand", dst, m.dim)
	m.draw("Rand", mat.NewDense(1, m.dim, dst), m.src)
	return dst
}

// SampleLogProbs fills the rows of batch with samples and sets dst[i] to log p of
// row i, which it returns; nil dst is allocated. One forward pass gives both:
//
//	log p(f(x)) = log base(x) − log|det ∂f/∂x|
func (m *Transformed) SampleLogProbs(batch *mat.Dense, dst []float64) []float64 {
	m.there("SampleLogProbs")
	n := shape("SampleLogProbs", batch, m.dim)
	dst = sized("SampleLogProbs", dst, n)
	base := m.drawBase("SampleLogProbs", batch, n, m.src) // perhaps batch itself
	m.eachChunk("SampleLogProbs", n, func(t *autodiff.Tape, i, j int) {
		c, x := m.context("SampleLogProbs", t, i, j, n), viewRows(t, base, i, j)
		y, fldj := bijector.ForwardFLDJ(m.given(c), x)
		copy(dst[i:j], dist.LogDensityGiven(m.Base, x, c).Sub(fldj).Data())
		setRows(batch, i, y)
	})
	return dst
}
