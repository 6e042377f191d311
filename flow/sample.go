package flow

import (
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

// Draw fills the rows of batch with samples, a fixed function of src; nil is
// the global source. With a context of several rows, batch has as many, and
// row i is drawn given context i; for several rows of each see [Transformed.GivenEach].
//
// It costs one forward pass and uses all cores. It panics unless batch has Dim
// columns.
func (m *Transformed) Draw(batch *mat.Dense, src rand.Source) { m.draw("Draw", batch, src) }

// DrawGiven is like Draw given contexts, one row for each of batch or one for all. A model that
// takes no context, or is bound to one, ignores c.
func (m *Transformed) DrawGiven(batch *mat.Dense, c mat.Matrix, src rand.Source) {
	if m.CondDim() > 0 {
		m = m.Given(c)
	}
	m.draw("DrawGiven", batch, src)
}

func (m *Transformed) draw(what string, batch *mat.Dense, src rand.Source) {
	n, d := batch.Dims()
	checkWidth(what, d, m.dim)
	m.Decode(batch, m.drawBase(n, src))
}

// drawBase returns n rows of the base, given the model's context.
func (m *Transformed) drawBase(n int, src rand.Source) *mat.Dense {
	x := mat.NewDense(n, m.Base.Dim(), nil)
	if m.ctx == nil {
		m.Base.Draw(x, src)
		return x
	}
	m.checkContext(n)
	base, flowing := m.Base.(*Transformed)
	switch {
	case m.each == 0 || dist.CondDim(m.Base) == 0:
		dist.DrawGiven(m.Base, x, m.ctx, src)
	case flowing:
		base.GivenEach(m.ctx, m.each).Draw(x, src)
	default:
		t := borrow()
		defer giveBack(t)
		dist.DrawGiven(m.Base, x, viewRows(t, m.ctx, 0, m.ctx.RawMatrix().Rows).RepeatRows(m.each).Dense(), src)
	}
	return x
}

// Sample fills the rows of batch with samples: see [Transformed.Draw] and
// [Transformed.WithSource].
func (m *Transformed) Sample(batch *mat.Dense) { m.draw("Sample", batch, m.src) }

// Rand sets dst to one sample and returns it; nil dst is allocated. See
// [Transformed.WithSource] for the randomness.
func (m *Transformed) Rand(dst []float64) []float64 {
	dst = room("Rand", dst, m.dim)
	m.draw("Rand", mat.NewDense(1, m.dim, dst), m.src)
	return dst
}

// SampleLogProbs fills the rows of batch with samples and sets dst[i] to log p of
// row i, which it returns; nil dst is allocated. One forward pass gives both:
//
//	log p(f(x)) = log base(x) − log|det ∂f/∂x|
func (m *Transformed) SampleLogProbs(batch *mat.Dense, dst []float64) []float64 {
	n, d := batch.Dims()
	checkWidth("SampleLogProbs", d, m.dim)
	dst = room("SampleLogProbs", dst, n)
	base := m.drawBase(n, m.src)
	m.eachChunk(n, func(t *autodiff.Tape, i, j int) {
		c, x := m.context(t, i, j, n), viewRows(t, base, i, j)
		y, fldj := bijector.ForwardFLDJ(m.given(c), x)
		setRows(batch, i, y)
		copy(dst[i:j], dist.LogDensityGiven(m.Base, x, c).Sub(fldj).Data())
	})
	return dst
}
