package onnx

import (
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
)

// An elliptical distribution is a function of the distance of L⁻¹(x − μ) from 0: normal, or Student's t of df degrees of freedom.
type elliptical struct {
	dist.Distribution
	loc []float64
	l   *autodiff.Param
	df  float64 // 0 for a normal distribution
}

func ellipticalOf(d dist.Distribution) (e elliptical, ok bool) {
	switch of := d.(type) {
	case *dist.MultivariateNormal:
		e = elliptical{d, of.Loc.Numbers(), of.L, 0}
	case *dist.MultivariateStudentT:
		e = elliptical{d, of.Loc.Numbers(), of.L, of.DF.Numbers()[0]}
	default:
		return e, false
	}
	if len(e.loc) == 1 {
		e.loc = slices.Repeat(e.loc, d.Dim())
	}
	return e, true
}

// peak returns the greatest log-density, which is that at μ.
func (e elliptical) peak() float64 { return dist.LogProb(e, e.loc) }

// ellipticals returns the log-densities of rows under several elliptical distributions, one a column: all of them stand behind one
// matrix product of the rows less the centre amid them, so that nothing is lost where they are far from 0.
func (g *graph) ellipticals(parts []elliptical, x value) value {
	d := x.cols
	centre := make([]float64, d)
	for _, e := range parts {
		for j, v := range e.loc {
			centre[j] += v / float64(len(parts))
		}
	}
	var densities []value
	t := autodiff.Borrow()
	defer t.Release()
	matrix, offset := make([]float64, d*d*len(parts)), make([]float64, 0, d*len(parts))
	for k, e := range parts {
		rows := t.View(d, d, identity(d)).TriSolve(t.Use(e.l), autodiff.Tri{}).Data() // (L⁻¹)ᵀ
		shift := make([]float64, d)
		for i := range d {
			copy(matrix[(i*len(parts)+k)*d:], rows[i*d:(i+1)*d])
			for j := range d {
				shift[j] -= (e.loc[i] - centre[i]) * rows[i*d+j]
			}
		}
		offset = append(offset, shift...)
	}
	z := g.dense(x.sub(g.constant(d, centre...)), g.constant(d*len(parts), matrix...), g.constant(len(offset), offset...))
	q := z.reshape(d).square().rowSum().reshape(len(parts))
	for k, e := range parts {
		densities = append(densities, e.density(q.slice(k, k+1)))
	}
	return concat(densities...)
}

// density returns the log-density at squared distances.
func (e elliptical) density(q value) value {
	if e.df == 0 {
		return q.times(-0.5).plus(e.peak())
	}
	return q.div(q.c(e.df)).log1p().times(-0.5 * (e.df + float64(e.Dim()))).plus(e.peak())
}

// identity returns the d×d identity matrix.
func identity(d int) []float64 {
	x := make([]float64, d*d)
	for j := range d {
		x[j*d+j] = 1
	}
	return x
}
