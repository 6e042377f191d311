package bijector

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// schattenDoublings gives the order of the norm: twice 2¹⁰.
const schattenDoublings = 10

// schattenOp returns the Schatten norm of order p = 2048 of W, 1×1:
//
//	ν = (Σ σᵖ)^(1/p) = (tr Aᵖᐟ²)^(1/p),  ∂ν/∂W = W/ν·(A/ν²)^(p/2−1),  A = Wᵀ·W
//
// over the singular values σ; with the largest, σ₁ ≤ ν ≤ σ₁·rank^(1/p). It has a gradient everywhere but at 0, where
// that is 0.
var schattenOp = &autodiff.Op{
	Name: "bijector.Schatten",
	Forward: func(c *autodiff.Call) {
		s := newSchatten(c)
		var power []float64
		if c.Needs() {
			power = c.Save(s.n * s.n)
		}
		c.Out(0)[0] = s.norm(power)
	},
	Backward: func(c *autodiff.Call) {
		nu, g, power, w := c.Out(0)[0], c.OutGrad(0)[0], c.Saved(), c.In(0)
		shape := c.InShape(0)
		if nu == 0 {
			return
		}
		d := c.Temp(len(w))
		if n := shape.Rows; n < shape.Cols {
			kernel.Gemm(false, false, n, shape.Cols, n, power, n, w, shape.Cols, false, d, shape.Cols)
		} else {
			kernel.Gemm(false, false, n, shape.Cols, shape.Cols, w, shape.Cols, power, shape.Cols, false, d, shape.Cols)
		}
		kernel.Axpy(c.InGrad(0), d, g/nu)
	},
}

// A schatten holds the power of A, which is W·Wᵀ or Wᵀ·W, whichever is smaller, over a factor whose logarithm is log.
type schatten struct {
	n    int
	a, b []float64
	log  float64
}

func newSchatten(c *autodiff.Call) schatten {
	shape, w := c.InShape(0), c.In(0)
	s := schatten{n: min(shape.Rows, shape.Cols)}
	s.a, s.b = c.Temp(s.n*s.n), c.Temp(s.n*s.n)
	wide := shape.Rows < shape.Cols
	kernel.Gemm(!wide, wide, s.n, s.n, max(shape.Rows, shape.Cols), w, shape.Cols, w, shape.Cols, false, s.a, s.n)
	return s
}

func (s *schatten) product(dst, x, y []float64) {
	kernel.Gemm(false, false, s.n, s.n, s.n, x, s.n, y, s.n, false, dst, s.n)
}

// divide divides by the trace, and reports whether that is positive.
func (s *schatten) divide() bool {
	trace := 0.0
	for i := range s.n {
		trace += s.a[i*s.n+i]
	}
	if !(trace > 0) {
		return false
	}
	s.log += kernel.LogOne(trace)
	kernel.Scale(s.a, s.a, 1/trace)
	return true
}

// norm returns ν, and sets power to (A/ν²)^(p/2−1) = A·A²·A⁴⋯/ν^(p−2) unless it is nil.
func (s *schatten) norm(power []float64) float64 {
	logs := 0.0 // of what power was divided by
	for k := range schattenDoublings + 1 {
		if !s.divide() {
			return s.a[0] * 0 // 0, or NaN
		}
		if k == schattenDoublings {
			break
		}
		if power != nil {
			logs += s.log
			s.times(power, k == 0)
		}
		s.product(s.b, s.a, s.a)
		s.a, s.b = s.b, s.a
		s.log *= 2
	}
	const order = 2 << schattenDoublings
	logNorm := s.log / order
	if power != nil {
		kernel.Scale(power, power, kernel.ExpOne(kernel.FMA(-(order-2), logNorm, logs)))
	}
	return kernel.ExpOne(logNorm)
}

// times sets power to power·A, or to A at first.
func (s *schatten) times(power []float64, first bool) {
	if first {
		copy(power, s.a)
		return
	}
	s.product(s.b, power, s.a)
	copy(power, s.b)
}
