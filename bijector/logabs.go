package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// logAbs returns Σⱼ log|vⱼ|, 1×1, counting a scalar d times.
func logAbs(v autodiff.Var, d int) autodiff.Var {
	sum := logAbsOp.Apply(nil, autodiff.Args{}, autodiff.Shape{Rows: 1, Cols: 1}, v)
	if v.Cols() == 1 && d > 1 {
		return sum.MulConst(float64(d))
	}
	return sum
}

// logAbsOp is the sum of the logarithms of the absolute values of a row: the logarithm
// of their product, which is exact to the last digit of the sum.
var logAbsOp = &autodiff.Op{
	Name:    "bijector.LogAbs",
	Forward: func(c *autodiff.Call) { c.Out(0)[0] = logProduct(c.In(0)) },
	Backward: func(c *autodiff.Call) {
		d := c.Temp(len(c.In(0)))
		for i := range d {
			d[i] = c.OutGrad(0)[0]
		}
		kernel.DivAdd(c.InGrad(0), d, c.In(0))
	},
}

// logProduct returns log|Πⱼ vⱼ|. The product is (m + rest)·2ᵉ with m between ½ and 1
// and rest what rounding has lost.
func logProduct(v []float64) float64 {
	m, rest, e := 1.0, 0.0, 0
	for _, x := range v {
		f, k := math.Frexp(math.Abs(x))
		p := float64(m * f)
		rest = kernel.FMA(rest, f, kernel.FMA(m, f, -p))
		m, e = p, e+k
		if m < 0.5 && m > 0 {
			m, rest, e = 2*m, 2*rest, e-1
		}
	}
	l := [1]float64{m}
	if e > -1000 && e < 1000 {
		l[0], e = math.Ldexp(m, e), 0
	}
	kernel.Log(l[:], l[:])
	if math.IsInf(l[0], 0) || m == 0 {
		return l[0]
	}
	return kernel.FMA(float64(e), math.Ln2, l[0]+rest/m)
}
