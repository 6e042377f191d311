package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// generator returns the random numbers of a source; nil is the global one.
func generator(src rand.Source) *rand.Rand { return rand.New(rng.Or(src)) }

// uniform returns a sample strictly between 0 and 1.
func uniform(r *rand.Rand) float64 { return rng.Uniform(r) }

// drawOf returns a sample.
func (f *family) drawOf(r *rand.Rand, p nums) float64 {
	switch {
	case f.draw != nil:
		z := f.draw(r, p)
		if f.highTails != nil && math.IsInf(z, 0) {
			return f.drawBeyond(r, z, p)
		}
		return f.fromStandard(z, p)
	case f.normal:
		return f.sample(r.NormFloat64(), p)
	}
	return f.sample(uniform(r), p)
}

// sample returns the sample that is made of one random number x.
func (f *family) sample(x float64, p nums) float64 {
	switch {
	case f.line != nil:
		at, by := f.line(p)
		return kernel.FMA(by, x, at)
	case f.of == nil:
		return f.quantileOf(x, 1-x, p)
	}
	z := f.of(x, p)
	if f.highTails != nil && math.IsInf(z, 0) {
		return f.quantileAtEnd(special.Ndtr(x), special.Ndtr(-x), z, p)
	}
	return f.fromStandard(z, p)
}

// drawBeyond returns a sample whose standard form overflows to z, which is infinite only if it overflows itself, or if
// the distribution function takes a quadrature.
func (f *family) drawBeyond(r *rand.Rand, z float64, p nums) float64 {
	if _, scale := f.where(p); scale >= 1 || f.numeric {
		return z
	}
	lower, upper := f.highTails(special.Log(math.MaxFloat64), math.Copysign(1, z), p)
	u := uniform(r)
	if z < 0 {
		u *= special.Exp(lower)
		return f.quantileAtEnd(u, 1-u, z, p)
	}
	u *= special.Exp(upper)
	return f.quantileAtEnd(1-u, u, z, p)
}

// drawColumns fills batch with samples, of parameters p[j] in column j.
func (f *family) drawColumns(batch *mat.Dense, p []nums, src rand.Source) {
	m, r := batch.RawMatrix(), (*rand.Rand)(nil)
	switch {
	case f.draw != nil:
		r = generator(src)
	case f.normal:
		drawNormal(batch, src)
	default:
		fill(batch, src, rng.Uniforms)
	}
	if f.line != nil && m.Rows > 1 {
		f.alongLine(m, p)
		return
	}
	for i := range m.Rows {
		row := m.Data[i*m.Stride : i*m.Stride+m.Cols]
		for j, x := range row {
			if f.draw == nil {
				row[j] = f.sample(x, p[j])
			} else {
				row[j] = f.drawOf(r, p[j])
			}
		}
	}
}

// alongLine replaces each value by the sample made of it.
func (f *family) alongLine(m blas64.General, p []nums) {
	line := make([]float64, 2*len(p))
	at, by := line[:len(p)], line[len(p):]
	for j := range p {
		at[j], by[j] = f.line(p[j])
	}
	n := m.Rows
	if m.Stride != m.Cols {
		n = 1
	}
	for i := 0; i < m.Rows; i += n {
		x := m.Data[i*m.Stride : i*m.Stride+n*m.Cols]
		kernel.MulRow(x, x, by, n, m.Cols)
		kernel.AddRow(x, x, at, n, m.Cols)
	}
}

// drawNormal fills batch with independent standard normal samples.
func drawNormal(batch *mat.Dense, src rand.Source) { fill(batch, src, rng.Normals) }

// fill fills batch by random, with the same values if it is a part of a wider matrix.
func fill(batch *mat.Dense, src rand.Source, random func(dst []float64, src rand.Source)) {
	m, src := batch.RawMatrix(), rng.Or(src)
	if m.Stride == m.Cols || m.Rows == 1 {
		random(m.Data[:m.Rows*m.Cols], src)
		return
	}
	x := make([]float64, m.Rows*m.Cols)
	random(x, src)
	for i := range m.Rows {
		copy(m.Data[i*m.Stride:], x[i*m.Cols:(i+1)*m.Cols])
	}
}
