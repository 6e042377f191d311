package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// blockOp has inputs W, in×out, and S, 1×out, of a layer whose units belong to Args.I columns: its outputs are the weights, w̃ = exp W between units of one
// column, W to later and 0 to earlier ones, divided by the length of those into a unit and times exp S; and the same between units of one column alone.
var blockOp = &autodiff.Op{
	Name: "bijector.Block",
	Forward: func(c *autodiff.Call) {
		b := newBlock(c)
		whole, own := c.Out(0), c.Out(1)
		clear(own)
		for i := range b.in {
			for o := range b.out {
				at := i*b.out + o
				whole[at] = float64(b.w[at] * b.factor[o])
				if b.step(i, o) == 0 {
					own[at] = whole[at]
				}
			}
		}
	},
	Backward: func(c *autodiff.Call) {
		b := newBlock(c)
		g := c.Temp(len(b.w))
		clear(g)
		if all := c.OutGrad(0); all != nil {
			copy(g, all)
		}
		for at, v := range c.OutGrad(1) {
			if b.step(at/b.out, at%b.out) == 0 {
				g[at] += v
			}
		}
		along := c.Temp(b.out) // Σ g·w̃
		clear(along)
		for at, v := range g {
			along[at%b.out] = kernel.FMA(v, b.w[at], along[at%b.out])
		}
		if ds := c.InGrad(1); ds != nil {
			kernel.MulAdd(ds, along, b.factor)
		}
		dw := c.InGrad(0)
		if dw == nil {
			return
		}
		for at, w := range b.w {
			o := at % b.out
			d := float64(b.factor[o] * kernel.FMA(-w, along[o]/b.square[o], g[at]))
			switch step := b.step(at/b.out, o); {
			case step == 0:
				dw[at] = kernel.FMA(d, w, dw[at])
			case step > 0:
				dw[at] += d
			}
		}
	},
}

// A block holds the weights w̃ of a layer, the squares of their lengths, and exp S over these.
type block struct {
	in, out, perIn, perOut int
	w, square, factor      []float64
}

func newBlock(c *autodiff.Call) block {
	shape, d := c.InShape(0), c.Args().I
	b := block{in: shape.Rows, out: shape.Cols, perIn: shape.Rows / d, perOut: shape.Cols / d}
	b.w, b.square, b.factor = c.Temp(b.in*b.out), c.Temp(b.out), c.Temp(b.out)
	kernel.Exp(b.w, c.In(0))
	clear(b.square)
	for at, raw := range c.In(0) {
		switch step := b.step(at/b.out, at%b.out); {
		case step > 0:
			b.w[at] = raw
		case step < 0:
			b.w[at] = 0
		}
		b.square[at%b.out] = kernel.FMA(b.w[at], b.w[at], b.square[at%b.out])
	}
	kernel.Exp(b.factor, c.In(1))
	for o, v := range b.square {
		b.factor[o] /= math.Sqrt(v)
	}
	return b
}

// step returns by how many columns unit o is later than unit i before it.
func (b *block) step(i, o int) int { return o/b.perOut - i/b.perIn }

// blockRootOp has the inputs y, tails, and the whole weights and biases of each layer. It returns the x of y, and is a constant.
var blockRootOp = &autodiff.Op{Name: "bijector.BlockRoot", Forward: func(c *autodiff.Call) {
	s := newBlockSolver(c)
	for j := range s.d {
		s.column(j)
	}
}}

// A blockSolver finds one column after the other.
type blockSolver struct {
	c      *autodiff.Call
	n, d   int
	layers int
	h      [few][]float64 // n×units of the hidden layers
	own    [few][]float64 // of the column that is sought: what the columns before it add
	now    [few][]float64 // its units
	x      []float64      // the column, and its target, value and slope
	want   []float64
	y, ls  []float64
	v, u   []float64 // slopes of units, and of those of the layer before
	a      []float64 // units before the hyperbolic tangent
}

func newBlockSolver(c *autodiff.Call) blockSolver {
	shape := c.InShape(0)
	s := blockSolver{c: c, n: shape.Rows, d: shape.Cols, layers: (c.Len() - 2) / 2}
	widest := 1
	for l := range s.layers {
		units := s.units(l)
		widest = max(widest, units)
		s.own[l] = c.Temp(s.n * units)
		if l < s.layers-1 {
			s.h[l], s.now[l] = c.Temp(s.n*units*s.d), c.Temp(s.n*units)
		}
	}
	s.x, s.want, s.y, s.ls = c.Temp(s.n), c.Temp(s.n), c.Temp(s.n), c.Temp(s.n)
	s.v, s.u, s.a = c.Temp(s.n*widest), c.Temp(s.n*widest), c.Temp(s.n*widest)
	return s
}

// units returns how many units layer l has for each column.
func (s *blockSolver) units(l int) int { return s.c.InShape(2+2*l).Cols / s.d }

// weights returns those of layer l from unit i on to the units of column j, and the row's length.
func (s *blockSolver) weights(l, i, j int) (w []float64, ld int) {
	ld = s.units(l) * s.d
	return s.c.In(2 + 2*l)[i*ld+j*s.units(l):], ld
}

// column finds column j.
func (s *blockSolver) column(j int) {
	y, x := s.c.In(0), s.c.Out(0)
	for i := range s.n {
		s.want[i] = y[i*s.d+j]
	}
	s.known(j)
	solve := newRoots(s.c, s.x, s.want, math.Inf(-1), math.Inf(1))
	for range maxIterations {
		s.eval(j)
		kernel.Log(s.ls, s.ls)
		if solve.step(s.x, s.y, s.ls) {
			break
		}
	}
	s.eval(j) // leaves the units of the column
	for i, v := range s.x {
		x[i*s.d+j] = v
	}
	for l := range s.layers - 1 {
		k := s.units(l)
		for i := range s.n {
			copy(s.h[l][i*k*s.d+j*k:i*k*s.d+(j+1)*k], s.now[l][i*k:(i+1)*k])
		}
	}
}

// known sets what columns before j, and biases, add to the units of j.
func (s *blockSolver) known(j int) {
	x := s.c.Out(0)
	for l := range s.layers {
		k, bias, rows := s.units(l), s.c.In(3+2*l), s.c.InShape(3+2*l).Rows
		for i := range s.n {
			at := j * k
			if rows > 1 {
				at += i * k * s.d
			}
			copy(s.own[l][i*k:(i+1)*k], bias[at:at+k])
		}
		if j == 0 {
			continue
		}
		before, ld, units := x, s.d, 1
		if l > 0 {
			units = s.units(l - 1)
			before, ld = s.h[l-1], units*s.d
		}
		w, ldw := s.weights(l, 0, j)
		kernel.Gemm(false, false, s.n, k, j*units, before, ld, w, ldw, true, s.own[l], k)
	}
}

// eval sets y and its slope at x.
func (s *blockSolver) eval(j int) {
	in, width := s.x, 1
	slope := s.u[:s.n]
	for i := range slope {
		slope[i] = 1
	}
	for l := range s.layers {
		k := s.units(l)
		w, ld := s.weights(l, j*width, j)
		a, v := s.a[:s.n*k], s.v[:s.n*k]
		copy(a, s.own[l])
		kernel.Gemm(false, false, s.n, k, width, in, width, w, ld, true, a, k)
		kernel.Gemm(false, false, s.n, k, width, slope, width, w, ld, false, v, k)
		if l < s.layers-1 {
			h := s.now[l]
			kernel.TanhOf(h, a)
			for i, t := range h {
				v[i] *= kernel.FMA(-t, t, 1)
			}
			in = h
		} else {
			copy(s.y, a)
			copy(s.ls, v)
		}
		s.u, s.v = s.v, s.u
		slope, width = v, k
	}
	tail := s.c.In(1)
	t := tail[j%len(tail)]
	for i, v := range s.x {
		s.y[i] = kernel.FMA(t, v, s.y[i])
		s.ls[i] += t
	}
}

// blockImplicitOp has the inputs root x, miss f(x) − y, tails, and the weights and slopes of the layers in turn, all but miss constants. It returns
// x − J⁻¹·(f(x) − y), which is x: its gradient is that of the implicit function, −J⁻ᵀ·g for miss.
var blockImplicitOp = &autodiff.Op{
	Name:    "bijector.BlockImplicit",
	Forward: func(c *autodiff.Call) { copy(c.Out(0), c.In(0)) },
	Backward: func(c *autodiff.Call) {
		shape := c.InShape(0)
		n, d, dmiss := shape.Rows, shape.Cols, c.InGrad(1)
		lambda, column, tail := c.Temp(n*d), c.Temp(n*d), c.In(2)
		copy(lambda, c.OutGrad(0))
		for j := d - 1; j >= 0; j-- { // Jᵀ·λ = g, J being lower triangular
			blockTangents(c, j, column)
			t := tail[j%len(tail)]
			for i := range n {
				jac, l := column[i*d:(i+1)*d], lambda[i*d:(i+1)*d]
				for k := j + 1; k < d; k++ {
					l[j] = kernel.FMA(-jac[k], l[k], l[j])
				}
				l[j] /= jac[j] + t
			}
		}
		kernel.Sub(dmiss, dmiss, lambda)
	},
}

// blockTangents sets out to ∂f/∂xⱼ, n×d.
func blockTangents(c *autodiff.Call, j int, out []float64) {
	n := c.InShape(0).Rows
	var in []float64
	width := 0
	for l := 3; l < c.Len(); l += 2 {
		w, units := c.In(l), c.InShape(l).Cols
		v := out
		if l < c.Len()-1 {
			v = c.Temp(n * units)
		}
		if l == 3 {
			for i := range n {
				copy(v[i*units:(i+1)*units], w[j*units:(j+1)*units])
			}
		} else {
			kernel.Gemm(false, false, n, units, width, in, width, w, units, false, v, units)
		}
		if l < c.Len()-1 {
			kernel.Mul(v, v, c.In(l+1))
		}
		in, width = v, units
	}
}
