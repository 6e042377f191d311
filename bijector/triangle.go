package bijector

import "github.com/normflow/normflow/autodiff"

// A triangular matrix is held as a square one, where only one triangle counts,
// and its diagonal apart: so that a learned diagonal keeps its sign and a
// fixed one is exact.

// diagonalOf returns the diagonal of p as a Value that is learned if p is. It
// panics if p is not square, or if an element of the diagonal is 0.
func diagonalOf(what string, p *autodiff.Param) autodiff.Value {
	d, err := side(what, p)
	must(err)
	diag := make([]float64, d)
	for i := range diag {
		diag[i] = p.Data()[i*d+i]
	}
	if p.Frozen() {
		return nonzero(what+": diagonal", autodiff.Fixed(diag...))
	}
	return nonzero(what+": diagonal", autodiff.Learned(diag...))
}

// triangleOp has inputs M (d×d) and v (1×d). It returns the lower triangular
// matrix with M's part below the diagonal, or with Args.I = 1 the transpose of M's
// part above it, and v as its diagonal.
var triangleOp = &autodiff.Op{
	Name: "bijector.Triangle",
	Forward: func(c *autodiff.Call) {
		m, v, out := c.In(0), c.In(1), c.Out(0)
		d := len(v)
		clear(out)
		for i := range d {
			for j := range i {
				out[i*d+j] = m[triangleAt(c, d, i, j)]
			}
			out[i*d+i] = v[i]
		}
	},
	Backward: func(c *autodiff.Call) {
		g, dm, dv := c.OutGrad(0), c.InGrad(0), c.InGrad(1)
		d := len(c.In(1))
		for i := range d {
			for j := 0; dm != nil && j < i; j++ {
				dm[triangleAt(c, d, i, j)] += g[i*d+j]
			}
			if dv != nil {
				dv[i] += g[i*d+i]
			}
		}
	},
}

func triangleAt(c *autodiff.Call, d, i, j int) int {
	if c.Args().I == 1 {
		return j*d + i
	}
	return i*d + j
}

// lower returns the lower triangular matrix of m with the given diagonal, in full.
func lower(m, diag autodiff.Var) autodiff.Var {
	return triangleOp.Apply(nil, autodiff.Args{}, m.Shape(), m, diag)
}

// upperT returns the transpose of the upper triangular matrix of m with the
// given diagonal.
func upperT(m, diag autodiff.Var) autodiff.Var {
	return triangleOp.Apply(nil, autodiff.Args{I: 1}, m.Shape(), m, diag)
}

var eyeOp = &autodiff.Op{Name: "bijector.Eye", Forward: func(c *autodiff.Call) {
	d := c.OutShape(0).Cols
	clear(c.Out(0))
	for i := range d {
		c.Out(0)[i*d+i] = 1
	}
}}

// eye returns the d×d identity matrix.
func eye(t *autodiff.Tape, d int) autodiff.Var {
	return eyeOp.Apply(t, autodiff.Args{}, autodiff.Shape{Rows: d, Cols: d})
}
