package flow

import (
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
)

// Draw fills the rows of batch with samples, a fixed function of src; nil is
// the global source. With a context of several rows, batch has as many, and
// row i is drawn given context i.
//
// It costs one forward pass and uses all cores. It panics unless batch has Dim
// columns.
func (m *Transformed) Draw(batch *mat.Dense, src rand.Source) {
	n, d := batch.Dims()
	checkWidth("Draw", d, m.dim)
	m.Decode(batch, m.draw(n, src))
}

// draw returns n rows of the base.
func (m *Transformed) draw(n int, src rand.Source) *mat.Dense {
	x := mat.NewDense(n, m.Base.Dim(), nil)
	m.Base.Draw(x, src)
	return x
}

// Sample fills the rows of batch with samples: see [Transformed.Draw] and
// [Transformed.WithSource].
func (m *Transformed) Sample(batch *mat.Dense) { m.Draw(batch, m.src) }

// Rand sets dst to one sample and returns it; nil dst is allocated. See
// [Transformed.WithSource] for the randomness.
func (m *Transformed) Rand(dst []float64) []float64 {
	dst = room("Rand", dst, m.dim)
	m.Sample(mat.NewDense(1, m.dim, dst))
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
	base := m.draw(n, m.src)
	m.eachChunk(n, func(t *autodiff.Tape, i, j int) {
		f, x := m.bound(t, i, j, n), viewRows(t, base, i, j)
		setRows(batch, i, f.Forward(x))
		copy(dst[i:j], m.Base.LogDensity(x).Sub(bijector.FLDJ(f, x)).Data())
	})
	return dst
}
