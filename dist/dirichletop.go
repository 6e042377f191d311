package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// dirichletOp has inputs x, m×d, and a, 1×d, and returns m×1: around the mean a/n, n being the sum of a,
// Σ a·log(n·x/a) − log x, and the remainder of Stirling's formula. It adds as if with twice the digits, as the terms cancel.
var dirichletOp = &autodiff.Op{
	Name: "Dirichlet",
	Forward: func(c *autodiff.Call) {
		x, a, d := c.In(0), c.In(1), c.InShape(1).Cols
		n, rest := totalParts(a)
		var norm special.Sum
		norm.Add(-0.5*float64(d-1)*log2π, special.Stirling(n))
		norm.AddLog(-0.5, n)
		for _, a := range a {
			norm.Add(-special.Stirling(a))
			norm.AddLog(0.5, a)
		}
		hi, lo, ratio := c.Temp(len(x)), c.Temp(len(x)), c.Temp(d)
		kernel.LogSums(hi, lo, x)
		for j, a := range a {
			ratio[j] = logRatio(n, a) + rest/n
		}
		for i := range c.Out(0) {
			sum, row := norm, x[i*d:(i+1)*d]
			for j, x := range row {
				if a := a[j]; x == 0 {
					sum.Add(atZero(a, special.Log(n)))
				} else {
					addBetaShare(&sum, hi[i*d+j], lo[i*d+j], a, ratio[j], kernel.FMA(n, x, -a)+float64(rest*x))
				}
			}
			if c.Out(0)[i] = sum.Value(); outsideSimplex(row) {
				c.Out(0)[i] = math.Inf(-1)
			}
		}
	},
	Backward: func(c *autodiff.Call) {
		x, a, d := c.In(0), c.In(1), c.InShape(1).Cols
		dx, da := c.InGrad(0), c.InGrad(1)
		n, _ := totalParts(a)
		rest := c.Temp(d) // of the derivatives by a, beside log x
		if da != nil {
			gap := special.DigammaGap(n)
			for j, a := range a {
				rest[j] = logRatio(n, a) + special.DigammaGap(a) - gap
			}
		}
		logs := c.Temp(len(x))
		kernel.Log(logs, x)
		for i, dy := range c.OutGrad(0) {
			if dy == 0 || math.IsInf(c.Out(0)[i], 0) {
				continue
			}
			for j, a := range a {
				x := x[i*d+j]
				if dx != nil {
					dx[i*d+j] = kernel.FMA(over(a-1, x), dy, dx[i*d+j])
				}
				if da != nil {
					da[j] = kernel.FMA(logs[i*d+j]+rest[j], dy, da[j])
				}
			}
		}
	},
}

// totalParts returns the sum of a, and what its rounding took.
func totalParts(a []float64) (n, rest float64) {
	var sum special.Sum
	sum.Add(a...)
	n = sum.Value()
	sum.Add(-n)
	return n, sum.Value()
}

// outsideSimplex says whether a number is negative or the sum is not 1 within 10⁻⁸.
func outsideSimplex(row []float64) bool {
	sum := 0.0
	for _, x := range row {
		if x < 0 {
			return true
		}
		sum += x
	}
	return math.Abs(sum-1) > 1e-8
}

// simplexOp is 0 for rows of the simplex and −Inf for others.
var simplexOp = &autodiff.Op{Name: "Simplex", Forward: func(c *autodiff.Call) {
	x, d := c.In(0), c.InShape(0).Cols
	for i := range c.Out(0) {
		if c.Out(0)[i] = 0; outsideSimplex(x[i*d : (i+1)*d]) {
			c.Out(0)[i] = math.Inf(-1)
		}
	}
}}
