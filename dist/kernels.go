package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// kernelsOp has inputs x (n×d), the transposed centres c (d×m) and logarithms of weights (1×1 or
// 1×m): log Σⱼ wⱼ·exp(−½·‖xᵢ−cⱼ‖²), n×1.
var kernelsOp = &autodiff.Op{
	Name: "Kernels",
	Forward: func(c *autodiff.Call) {
		k := newKernels(c)
		for i := range c.Out(0) {
			c.Out(0)[i] = k.row(i)
		}
	},
	Backward: func(c *autodiff.Call) {
		k := newKernels(c)
		dx, dc, dw := c.InGrad(0), c.InGrad(1), c.InGrad(2)
		for i, g := range c.OutGrad(0) {
			if g == 0 {
				continue
			}
			k.row(i)
			kernel.Scale(k.q, k.q, g) // times the probability of each centre
			for j := range k.d {
				row := k.c.In(1)[j*k.m : (j+1)*k.m]
				kernel.AddConst(k.e, row, -c.In(0)[i*k.d+j])
				kernel.Mul(k.e, k.e, k.q)
				if dx != nil {
					dx[i*k.d+j] += kernel.Sum(k.e)
				}
				if dc != nil {
					kernel.Sub(dc[j*k.m:(j+1)*k.m], dc[j*k.m:(j+1)*k.m], k.e)
				}
			}
			switch {
			case len(dw) == 1:
				dw[0] += g
			case dw != nil:
				kernel.Accumulate(dw, k.q)
			}
		}
	},
}

type kernels struct {
	c    *autodiff.Call
	d, m int
	q, e []float64
}

func newKernels(c *autodiff.Call) kernels {
	s := c.InShape(1)
	return kernels{c, s.Rows, s.Cols, c.Temp(s.Cols), c.Temp(s.Cols)}
}

// row returns the logarithm for row i and leaves the probabilities of the centres in q.
func (k *kernels) row(i int) float64 {
	x, centres, w := k.c.In(0)[i*k.d:(i+1)*k.d], k.c.In(1), k.c.In(2)
	squares(k.q, k.e, x, centres)
	kernel.Scale(k.q, k.q, -0.5)
	if len(w) == 1 {
		kernel.AddConst(k.q, k.q, w[0])
	} else {
		kernel.Add(k.q, k.q, w)
	}
	return normaliseLogs(k.q)
}

// squares sets q to the squared distances of x from the transposed centres, with memory e.
func squares(q, e, x, centres []float64) {
	m := len(q)
	clear(q)
	for j, v := range x {
		kernel.AddConst(e, centres[j*m:(j+1)*m], -v)
		kernel.MulAdd(q, e, e)
	}
}

// normaliseLogs turns logarithms into values of sum 1 and returns the logarithm of their sum.
func normaliseLogs(q []float64) float64 {
	top := math.Inf(-1)
	for _, v := range q {
		if v > top || v != v {
			top = v
		}
	}
	if math.IsInf(top, -1) || top != top {
		clear(q)
		return top
	}
	kernel.AddConst(q, q, -top)
	kernel.Exp(q, q)
	sum := kernel.Sum(q)
	kernel.Scale(q, q, 1/sum)
	return top + special.Log(sum)
}
