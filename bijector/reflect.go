package bijector

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/rng"
)

// PairedAxes returns k learned axes for reflections of d columns: random unit vectors, of
// which the first two are equal, the next two, and so on. An even number of them
// reflects everything back, so that maps start as the identity, and training
// parts the pairs. nil src is the process-wide source.
func PairedAxes(k, d int, src rand.Source) *autodiff.Param {
	p, r := autodiff.NewParam(k, d, nil), rand.New(rng.Or(src))
	for i := range k {
		row := p.Data()[i*d : (i+1)*d]
		if i%2 == 1 {
			copy(row, p.Data()[(i-1)*d:])
			continue
		}
		for j := range row {
			row[j] = r.NormFloat64()
		}
		kernel.Scale(row, row, 1/math.Sqrt(kernel.Dot(row, row)))
	}
	return p
}

// checkAxes returns an error unless the axes are rows of d numbers, none of
// them all 0.
func checkAxes(what string, axes *autodiff.Param, d int) error {
	if axes == nil {
		return fmt.Errorf("bijector: %s: got no axes, want at least one row", what)
	}
	k, _ := axes.Dims()
	if err := checkDims(what+": axes", axes, k, d); err != nil {
		return err
	}
	for i := range k {
		row := axes.Data()[i*d : (i+1)*d]
		if s := kernel.Dot(row, row); !(s > 0) || math.IsInf(s, 0) {
			return fmt.Errorf("bijector: %s: got axis %d = %v, want finite numbers, not all 0", what, i, row)
		}
	}
	return nil
}

// reflect returns the rows of x reflected at the planes through 0 that are orthogonal to
// each axis, in order, or in reverse order.
func reflect(x, axes autodiff.Var, reverse bool) autodiff.Var {
	var a autodiff.Args
	if reverse {
		a.I = 1
	}
	return reflectOp.Apply(nil, a, x.Shape(), axes, x)
}

// reflectOp has inputs V (k×d) and X (n×d): x ← x − 2·v·(vᵀx)/(vᵀv) for every row v.
// A reflection undoes itself, so that Backward walks from y back to x.
var reflectOp = &autodiff.Op{
	Name: "bijector.Reflect",
	Forward: func(c *autodiff.Call) {
		v, y, d := c.In(0), c.Out(0), c.InShape(0).Cols
		copy(y, c.In(1))
		factor := factors(c)
		for at := 0; at < len(y); at += d {
			for i := range factor {
				i = order(c, i)
				axis, row := v[i*d:(i+1)*d], y[at:at+d]
				kernel.Axpy(row, axis, -factor[i]*kernel.Dot(axis, row))
			}
		}
	},
	Backward: func(c *autodiff.Call) {
		v, d, dv, dx := c.In(0), c.InShape(0).Cols, c.InGrad(0), c.InGrad(1)
		factor := factors(c)
		x, g := c.Temp(d), c.Temp(d)
		for at := 0; at < len(c.Out(0)); at += d {
			copy(x, c.Out(0)[at:at+d])
			copy(g, c.OutGrad(0)[at:at+d])
			for i := len(factor) - 1; i >= 0; i-- {
				i := order(c, i)
				axis, f := v[i*d:(i+1)*d], factor[i]
				kernel.Axpy(x, axis, -f*kernel.Dot(axis, x))
				along, pull := kernel.Dot(axis, x), kernel.Dot(axis, g)
				if dv != nil {
					row := dv[i*d : (i+1)*d]
					kernel.Axpy(row, x, -f*pull)
					kernel.Axpy(row, g, -f*along)
					kernel.Axpy(row, axis, f*f*along*pull)
				}
				kernel.Axpy(g, axis, -f*pull)
			}
			if dx != nil {
				kernel.Accumulate(dx[at:at+d], g)
			}
		}
	},
}

// factors returns 2/vᵀv of each axis.
func factors(c *autodiff.Call) []float64 {
	s := c.InShape(0)
	f := c.Temp(s.Rows)
	for i := range f {
		axis := c.In(0)[i*s.Cols : (i+1)*s.Cols]
		f[i] = 2 / kernel.Dot(axis, axis)
	}
	return f
}

// order returns the place of the i-th axis to be applied.
func order(c *autodiff.Call, i int) int {
	if c.Args().I == 1 {
		return c.InShape(0).Rows - 1 - i
	}
	return i
}
