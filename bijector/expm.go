package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// expmOp is the exponential of a square matrix. Its derivative in direction G is a
// block of a larger exponential: exp [M G; 0 M] = [exp M, dexp(M)·G; 0, exp M].
var expmOp = &autodiff.Op{
	Name: "bijector.Expm",
	Forward: func(c *autodiff.Call) {
		d := c.InShape(0).Rows
		setExpm(c.Out(0), c.In(0), d, c.Temp)
	},
	Backward: func(c *autodiff.Call) { // the adjoint is the derivative at Mᵀ
		m, g, dm, d := c.In(0), c.OutGrad(0), c.InGrad(0), c.InShape(0).Rows
		block, e := c.Temp(4*d*d), c.Temp(4*d*d)
		clear(block)
		for i := range d {
			for j := range d {
				block[i*2*d+j] = m[j*d+i]
				block[(d+i)*2*d+d+j] = m[j*d+i]
			}
			copy(block[i*2*d+d:(i+1)*2*d], g[i*d:(i+1)*d])
		}
		setExpm(e, block, 2*d, c.Temp)
		for i := range d {
			kernel.Accumulate(dm[i*d:(i+1)*d], e[i*2*d+d:(i+1)*2*d])
		}
	},
}

// setExpm sets out to the exponential of m (d×d): Taylor's polynomial of degree
// 15, which is exact to half an ulp where ‖m‖ ≤ ½, of m/2ˢ, squared s times.
func setExpm(out, m []float64, d int, temp func(int) []float64) {
	n, result := d*d, out
	squarings := 0
	if norm := norm1(m, d); norm > 0.5 && !math.IsInf(norm, 0) {
		_, e := math.Frexp(norm)
		squarings = e + 1
	}
	a, a2, a3, a4, p := temp(n), temp(n), temp(n), temp(n), temp(n)
	kernel.Scale(a, m, math.Ldexp(1, -squarings))
	mul := func(c, a, b []float64, acc bool) { kernel.Gemm(false, false, d, d, d, a, d, b, d, acc, c, d) }
	mul(a2, a, a, false)
	mul(a3, a2, a, false)
	mul(a4, a2, a2, false)
	taylor(p, a, a2, a3, d, 12)
	for k := 8; k >= 0; k -= 4 { // Paterson and Stockmeyer's scheme
		taylor(out, a, a2, a3, d, k)
		mul(out, a4, p, true)
		p, out = out, p
	}
	for range squarings {
		mul(out, p, p, false)
		p, out = out, p
	}
	copy(result, p)
}

// taylor sets b to Σⱼ aʲ/(k+j)! for j = 0 … 3.
func taylor(b, a, a2, a3 []float64, d, k int) {
	f := 1.0
	for i := 2; i <= k; i++ {
		f *= float64(i)
	}
	c1 := f * float64(k+1)
	c2 := c1 * float64(k+2)
	c3 := c2 * float64(k+3)
	kernel.Scale(b, a, 1/c1)
	kernel.Axpy(b, a2, 1/c2)
	kernel.Axpy(b, a3, 1/c3)
	for i := range d {
		b[i*d+i] += 1 / f
	}
}

// norm1 returns the largest sum of absolute values of a column.
func norm1(m []float64, d int) (norm float64) {
	for j := range d {
		var sum float64
		for i := range d {
			sum += math.Abs(m[i*d+j])
		}
		norm = max(norm, sum)
	}
	return norm
}

// expm returns the exponential of a square matrix.
func expm(m autodiff.Var) autodiff.Var {
	return expmOp.Apply(nil, autodiff.Args{}, m.Shape(), m)
}
