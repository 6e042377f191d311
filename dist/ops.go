package dist

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// A fused operation computes an elementwise function of a few inputs, where
// the first has the shape of the result and the others broadcast to it.
type fused struct{ op *autodiff.Op }

type args [4]float64

// newFused makes an operation of k inputs from a function and its partial
// derivatives.
func newFused(name string, f func(x args) float64, partial func(x args) args) fused {
	return fused{&autodiff.Op{
		Name: name,
		Forward: func(c *autodiff.Call) {
			in := inputs(c)
			for i := range c.Out(0) {
				c.Out(0)[i] = f(in.all())
				in.next()
			}
		},
		Backward: func(c *autodiff.Call) {
			in, grads := inputs(c), inputGrads(c)
			for i, dy := range c.OutGrad(0) {
				if dy != 0 && !math.IsInf(c.Out(0)[i], 0) { // masked, or no value to move: keeps 0·∞ out
					slopes := partial(in.all())
					for k := range in.n {
						grads.add(&in, k, slopes[k], dy)
					}
				}
				in.next()
			}
		},
	}}
}

// of applies the operation.
func (f fused) of(in ...autodiff.Var) autodiff.Var {
	return f.op.Apply(nil, autodiff.Args{}, in[0].Shape(), in...)
}

// broadcast reads the inputs of a fused operation, number by number.
type broadcast struct {
	n, cols, col int
	x            [4][]float64
	at           [4]int // of the element's numbers
	step, turn   [4]int // by how much at grows, and besides at the end of a row
}

func inputs(c *autodiff.Call) broadcast {
	b := broadcast{n: c.Len(), cols: c.OutShape(0).Cols}
	for k := range b.n {
		b.x[k] = c.In(k)
		s := c.InShape(k)
		if s.Cols > 1 {
			b.step[k] = 1
		}
		switch {
		case s.Rows == 1:
			b.turn[k] = -s.Cols * b.step[k]
		case s.Cols == 1:
			b.turn[k] = 1
		}
	}
	return b
}

// num returns the element's number of input k.
func (b *broadcast) num(k int) float64 { return b.x[k][b.at[k]] }

// all returns its numbers.
func (b *broadcast) all() (x args) {
	for k := range b.n {
		x[k] = b.num(k)
	}
	return x
}

// next goes on to the next element.
func (b *broadcast) next() {
	for k := range b.n {
		b.at[k] += b.step[k]
	}
	if b.col++; b.col == b.cols {
		b.col = 0
		for k := range b.n {
			b.at[k] += b.turn[k]
		}
	}
}

// grads are the gradients of the inputs of a fused operation.
type grads [4][]float64

func inputGrads(c *autodiff.Call) (g grads) {
	for k := range c.Len() {
		g[k] = c.InGrad(k)
	}
	return g
}

// add adds the element's of input k, which is its slope times dy.
func (g *grads) add(b *broadcast, k int, slope, dy float64) {
	if g := g[k]; g != nil {
		j := b.at[k]
		g[j] = kernel.FMA(slope, dy, g[j])
	}
}

// A byColumn holds numbers of each column that are made of the parameters, the inputs 1, 2, … of a fused operation.
type byColumn struct {
	v  []float64
	at int
}

type columnNumbers [8]float64

// columnsOf returns f of each column's parameters, which must be the same for all rows.
func columnsOf(c *autodiff.Call, f func(p args) columnNumbers) byColumn {
	cols := 1
	for k := 1; k < c.Len(); k++ {
		if c.InShape(k).Rows > 1 {
			panic(fmt.Sprintf("dist: parameter %d: got %d rows, want one", k, c.InShape(k).Rows))
		}
		cols = max(cols, c.InShape(k).Cols)
	}
	b := byColumn{v: c.Temp(len(columnNumbers{}) * cols)}
	for j := range cols {
		var p args
		for k := 1; k < c.Len(); k++ {
			p[k-1] = of(c.In(k), j)
		}
		*b.next() = f(p)
	}
	return b
}

// next returns the numbers of the next element's column.
func (b *byColumn) next() *columnNumbers {
	n := (*columnNumbers)(b.v[b.at:])
	if b.at += len(n); b.at == len(b.v) {
		b.at = 0
	}
	return n
}

// addStandardGrads adds the gradients of inputs 1 and 2, the location and scale of z, to the log-density of which s is minus
// the slope in z, and divides s by the scale.
func addStandardGrads(c *autodiff.Call, z, s []float64) {
	y, dy, d := c.Out(0), c.OutGrad(0), c.OutShape(0).Cols
	for j := range d {
		scale, dLoc, dScale := of(c.In(2), j), 0.0, 0.0
		by := 1 / scale
		for i := j; i < len(dy); i += d {
			s[i] /= scale
			if g := dy[i]; g != 0 && !math.IsInf(y[i], 0) {
				dLoc = kernel.FMA(s[i], g, dLoc)
				dScale = kernel.FMA(float64(z[i]*s[i])-by, g, dScale)
			}
		}
		for k, v := range [2]float64{dLoc, dScale} {
			if g := c.InGrad(1 + k); g != nil {
				g[min(j, len(g)-1)] += v
			}
		}
	}
}

// addLogGrads does so for z = (log x − loc)/scale and a density of log x carried to x, whose gradient it adds too.
func addLogGrads(c *autodiff.Call, z, s []float64) {
	addStandardGrads(c, z, s)
	dx, x, y := c.InGrad(0), c.In(0), c.Out(0)
	if dx == nil {
		return
	}
	for i, dy := range c.OutGrad(0) {
		if dy != 0 && !math.IsInf(y[i], 0) {
			dx[i] = kernel.FMA(-(s[i]+1)/x[i], dy, dx[i])
		}
	}
}

// Operations that several families share.
var (
	// log Γ(x).
	lgammaOp = newFused("Lgamma",
		func(x args) float64 { return special.Lgamma(x[0]) },
		func(x args) args { return args{special.Digamma(x[0])} })
	// log B(a, b).
	logBetaOp = newFused("LogBeta",
		func(x args) float64 { return special.LogBeta(x[0], x[1]) },
		func(x args) args {
			ψ := special.Digamma(x[0] + x[1])
			return args{special.Digamma(x[0]) - ψ, special.Digamma(x[1]) - ψ}
		})
	// |x|ᵖ.
	absPowOp = newFused("AbsPow",
		func(x args) float64 { return special.Pow(math.Abs(x[0]), x[1]) },
		func(x args) args {
			a := math.Abs(x[0])
			if a == 0 && x[1] < 1 { // a cusp
				return args{}
			}
			y := special.Pow(a, x[1])
			return args{math.Copysign(x[1]*special.Pow(a, x[1]-1), x[0]), special.XLogY(y, a)}
		})
)

// log1pSquareOp is log(1 + x²), 2·log|x| where x² might overflow.
var log1pSquareOp = fused{&autodiff.Op{
	Name: "Log1pSquare",
	Forward: func(c *autodiff.Call) {
		x, y := c.In(0), c.Out(0)
		kernel.Mul(y, x, x)
		kernel.Log1p(y, y)
		for i, v := range x {
			if l := [1]float64{math.Abs(v)}; l[0] > 1e8 {
				kernel.Log(l[:], l[:])
				y[i] = 2 * l[0]
			}
		}
	},
	Backward: func(c *autodiff.Call) {
		dx, dy := c.InGrad(0), c.OutGrad(0)
		for i, v := range c.In(0) {
			slope := 2 / v
			if math.Abs(v) < 1e8 {
				slope = 2 * v / kernel.FMA(v, v, 1)
			}
			dx[i] = kernel.FMA(slope, dy[i], dx[i])
		}
	},
}}
