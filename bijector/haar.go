package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// Haar is the orthonormal Haar wavelet transform of the row. Pairs become
//
//	(a + b)/√2,  (a − b)/√2,  log|det| = 0
//
// The sums stand first, the differences behind them; then the sums are
// transformed likewise until one is left. So y holds the mean times √d (where d is
// a power of 2), then the details from coarse to fine. Where an element is left over it counts
// as a sum. Domain and range are Rᵈ for any d. Both directions cost O(d) a row.
type Haar struct{}

const halfRoot = math.Sqrt2 / 2

// haar transforms the row in place; tmp is as long.
func haar(row, tmp []float64) {
	for m := len(row); m > 1; m = (m + 1) / 2 {
		sums := (m + 1) / 2
		for i := range m / 2 {
			a, b := row[2*i], row[2*i+1]
			tmp[i], tmp[sums+i] = (a+b)*halfRoot, (a-b)*halfRoot
		}
		if m%2 == 1 {
			tmp[sums-1] = row[m-1]
		}
		copy(row, tmp[:m])
	}
}

// unhaar is the inverse of haar, level by level from the coarsest.
func unhaar(row, tmp []float64) {
	for depth := levels(len(row)) - 1; depth >= 0; depth-- {
		m := len(row)
		for range depth {
			m = (m + 1) / 2
		}
		sums := (m + 1) / 2
		for i := range m / 2 {
			s, d := row[i], row[sums+i]
			tmp[2*i], tmp[2*i+1] = (s+d)*halfRoot, (s-d)*halfRoot
		}
		if m%2 == 1 {
			tmp[m-1] = row[sums-1]
		}
		copy(row, tmp[:m])
	}
}

func levels(d int) (n int) {
	for ; d > 1; d = (d + 1) / 2 {
		n++
	}
	return n
}

// haarOp is the transform, or with Args.I = 1 its inverse; each is the other's adjoint.
var haarOp = &autodiff.Op{
	Name: "bijector.Haar",
	Forward: func(c *autodiff.Call) {
		copy(c.Out(0), c.In(0))
		haarRows(c, c.Out(0), c.Args().I == 1)
	},
	Backward: func(c *autodiff.Call) {
		g := c.Temp(len(c.Out(0)))
		copy(g, c.OutGrad(0))
		haarRows(c, g, c.Args().I == 0)
		kernel.Accumulate(c.InGrad(0), g)
	},
}

func haarRows(c *autodiff.Call, x []float64, inverse bool) {
	d := c.OutShape(0).Cols
	tmp := c.Temp(d)
	for at := 0; at < len(x); at += d {
		if inverse {
			unhaar(x[at:at+d], tmp)
		} else {
			haar(x[at:at+d], tmp)
		}
	}
}

// Forward returns sums and differences.
func (Haar) Forward(x autodiff.Var) autodiff.Var {
	return haarOp.Apply(nil, autodiff.Args{}, x.Shape(), x)
}

// Inverse returns the elements that they came from.
func (Haar) Inverse(y autodiff.Var) autodiff.Var {
	return haarOp.Apply(nil, autodiff.Args{I: 1}, y.Shape(), y)
}

// ILDJ returns 0.
func (Haar) ILDJ(y autodiff.Var) autodiff.Var { return zero(y) }
