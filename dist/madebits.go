package dist

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// BernoulliHead is the [Head] of bits: p(1) = σ(r) for the one raw parameter r.
// Values other than 0 and 1 have log-density −Inf.
type BernoulliHead struct{}

// Params returns 1.
func (BernoulliHead) Params() int { return 1 }

// Inputs returns 1.
func (BernoulliHead) Inputs() int { return 1 }

// Encode returns x.
func (BernoulliHead) Encode(x autodiff.Var) autodiff.Var { return x }

// LogDensities returns log σ(r) for 1 and log σ(−r) for 0.
func (BernoulliHead) LogDensities(x, raw autodiff.Var) autodiff.Var {
	return bitsOp.Apply(nil, autodiff.Args{}, x.Shape(), x, raw)
}

// Draw sets dst[i] to 1 where u[i] < σ(r), else to 0.
func (BernoulliHead) Draw(dst, raw, u []float64) {
	kernel.Sigmoid(dst, raw)
	for i, p := range dst {
		dst[i] = 0
		if u[i] < p {
			dst[i] = 1
		}
	}
}

// bitsOp is log σ((2x−1)·r) where x is 0 or 1, −Inf elsewhere, NaN for NaN. Inputs are x and r.
var bitsOp = &autodiff.Op{
	Name: "dist.BernoulliHead",
	Forward: func(c *autodiff.Call) {
		x, r, y := c.In(0), c.In(1), c.Out(0)
		signed(y, x, r)
		kernel.LogSigmoid(y, y)
		for i, v := range x {
			switch {
			case v == 0 || v == 1:
			case math.IsNaN(v):
				y[i] = v
			default:
				y[i] = math.Inf(-1)
			}
		}
	},
	Backward: func(c *autodiff.Call) {
		x, dr, dy := c.In(0), c.InGrad(1), c.OutGrad(0)
		if dr == nil {
			return
		}
		s, d := c.Temp(len(x)), c.Temp(len(x))
		signed(s, x, c.In(1))
		clear(d)
		kernel.LogSigmoidGrad(d, dy, s)
		for i, v := range x {
			switch v {
			case 1:
				dr[i] += d[i]
			case 0:
				dr[i] -= d[i]
			}
		}
	},
}

// signed sets dst to r where x is 1 and to −r elsewhere.
func signed(dst, x, r []float64) {
	for i, v := range x {
		dst[i] = -r[i]
		if v == 1 {
			dst[i] = r[i]
		}
	}
}

// CategoricalHead is the [Head] of classes 0 to Classes−1: p(k) = exp(rₖ)/Σ exp(rₗ) for
// raw parameters r₀, …. Other values have log-density −Inf. The network sees
// one column for each class; one of them is 1 and the others are 0.
type CategoricalHead struct{ Classes int }

// Restore checks the number of classes.
func (h CategoricalHead) Restore() error {
	if h.Classes < 1 {
		return fmt.Errorf("dist: CategoricalHead: got %d classes, want at least 1", h.Classes)
	}
	return nil
}

// Params returns Classes.
func (h CategoricalHead) Params() int { return h.Classes }

// Inputs returns Classes.
func (h CategoricalHead) Inputs() int { return h.Classes }

// Encode returns x as ones among zeros; no gradient flows through.
func (h CategoricalHead) Encode(x autodiff.Var) autodiff.Var {
	return oneHotOp.Apply(nil, autodiff.Args{I: h.Classes}, autodiff.Shape{Rows: x.Rows(), Cols: x.Cols() * h.Classes}, x)
}

// LogDensities returns rₓ − log Σ exp(rₗ).
func (h CategoricalHead) LogDensities(x, raw autodiff.Var) autodiff.Var {
	n, d := x.Dims()
	r := raw.Reshape(n*d, h.Classes)
	picked := chosenOp.Apply(nil, autodiff.Args{}, autodiff.Shape{Rows: n * d, Cols: 1}, x, r)
	return picked.Sub(r.RowLogSumExp()).Reshape(n, d)
}

// Draw sets dst[i] to the first class for which u[i] is below the
// probability of it and those before.
func (h CategoricalHead) Draw(dst, raw, u []float64) {
	p := make([]float64, h.Classes)
	for i := range dst {
		softmax(p, raw[i*h.Classes:(i+1)*h.Classes])
		k, _ := chooseClass(p, u[i])
		dst[i] = float64(k)
	}
}

// softmax sets p to exp(r)/Σ exp(r).
func softmax(p, r []float64) {
	kernel.AddConst(p, r, -maximum(r))
	kernel.Exp(p, p)
	kernel.Scale(p, p, 1/kernel.Sum(p))
}

func maximum(x []float64) float64 {
	m := x[0]
	for _, v := range x {
		m = max(m, v)
	}
	return m
}

// chooseClass returns the k with p₀ + … + pₖ₋₁ ≤ u < p₀ + … + pₖ, and the rest of u
// within it, stretched to between 0 and 1.
func chooseClass(p []float64, u float64) (k int, rest float64) {
	for k < len(p)-1 && u >= p[k] {
		u -= p[k]
		k++
	}
	return k, u / p[k]
}

// class returns x as one of n classes, or −1.
func class(x float64, n int) int {
	if k := int(x); x >= 0 && x < float64(n) && float64(k) == x {
		return k
	}
	return -1
}

// oneHotOp has input x; Args.I is the number of classes.
var oneHotOp = &autodiff.Op{
	Name: "dist.OneHot",
	Forward: func(c *autodiff.Call) {
		n, y := c.Args().I, c.Out(0)
		clear(y)
		for i, v := range c.In(0) {
			if k := class(v, n); k >= 0 {
				y[i*n+k] = 1
			}
		}
	},
}

// chosenOp has inputs x, with N elements, and r, N×K: y = r[x], −Inf where x is no
// column, NaN for NaN.
var chosenOp = &autodiff.Op{
	Name: "dist.CategoricalHead",
	Forward: func(c *autodiff.Call) {
		x, r, y, n := c.In(0), c.In(1), c.Out(0), c.InShape(1).Cols
		for i, v := range x {
			switch k := class(v, n); {
			case k >= 0:
				y[i] = r[i*n+k]
			case math.IsNaN(v):
				y[i] = v
			default:
				y[i] = math.Inf(-1)
			}
		}
	},
	Backward: func(c *autodiff.Call) {
		x, dr, dy, n := c.In(0), c.InGrad(1), c.OutGrad(0), c.InShape(1).Cols
		if dr == nil {
			return
		}
		for i, v := range x {
			if k := class(v, n); k >= 0 {
				dr[i*n+k] += dy[i]
			}
		}
	},
}
