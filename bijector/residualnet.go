package bijector

import (
	"github.com/normflow/normflow/autodiff"
)

// A residualNet is the contraction of a [Residual] on a tape.
type residualNet struct {
	layers, swishes int
	w, b, beta      [few]autodiff.Var
}

// at returns g(x), and the slopes of the LipSwish before each layer, if it has one.
func (r *residualNet) at(x autodiff.Var) (g autodiff.Var, slopes [few]autodiff.Var) {
	for l := range r.layers {
		if k := l - r.layers + r.swishes; k >= 0 {
			x, slopes[l] = lipSwish(x, r.beta[k])
		}
		x = x.MatMul(r.w[l]).Add(r.b[l])
	}
	return x, slopes
}

// lipSwish returns x·σ(β·x)/1.1 and its slope.
func lipSwish(x, beta autodiff.Var) (y, slope autodiff.Var) {
	z := x.Mul(beta)
	up, down := z.Sigmoid(), z.Neg().Sigmoid()
	return x.Mul(up).MulConst(1 / 1.1), up.Add(z.Mul(up).Mul(down)).MulConst(1 / 1.1)
}

// jacobian returns ∂g/∂x at n rows, n×d², column by column.
func (r *residualNet) jacobian(x autodiff.Var, slopes [few]autodiff.Var) autodiff.Var {
	var array, joined [64]autodiff.Var
	columns, groups := array[:0], joined[:0] // of at most 64 columns, for more of which memory would be taken
	d, units := x.Cols(), r.w[0].Cols()
	first := r.w[0].Reshape(1, d*units)
	for j := range d {
		v := first.Slice(j*units, (j+1)*units)
		if r.swishes == r.layers {
			v = slopes[0].Slice(j, j+1).Mul(v)
		}
		for l := 1; l < r.layers; l++ {
			v = slopes[l].Mul(v).MatMul(r.w[l])
		}
		if len(columns) == len(array) {
			groups, columns = append(groups, autodiff.Concat(columns...)), columns[:0]
		}
		columns = append(columns, v.Expand(x.Rows(), d))
	}
	if len(groups) == 0 {
		return autodiff.Concat(columns...)
	}
	return autodiff.Concat(append(groups, autodiff.Concat(columns...))...)
}

// root returns the x with x + g(x) = y, with the gradients of the implicit function.
func (r *residualNet) root(y autodiff.Var) autodiff.Var {
	var array [3*few + 1]autodiff.Var
	in := append(array[:0], y)
	for l := range r.layers {
		in = append(in, r.w[l], r.b[l])
	}
	in = append(in, r.beta[:r.swishes]...)
	root := residualRootOp.Apply(nil, autodiff.Args{I: r.layers}, y.Shape(), in...)
	g, slopes := r.at(root)
	miss := root.Add(g).Sub(y)
	if miss.Constant() {
		return root
	}
	return rowImplicitOp.Apply(nil, autodiff.Args{}, y.Shape(), root, miss, r.jacobian(root, slopes).Detach())
}

// views returns the network of a call of residualRootOp on a tape of its own.
func residualViews(c *autodiff.Call, t *autodiff.Tape) (r residualNet) {
	r.layers = c.Args().I
	r.swishes = c.Len() - 1 - 2*r.layers
	view := func(i int) autodiff.Var {
		s := c.InShape(i)
		return t.View(s.Rows, s.Cols, c.In(i))
	}
	for l := range r.layers {
		r.w[l], r.b[l] = view(1+2*l), view(2+2*l)
	}
	for l := range r.swishes {
		r.beta[l] = view(1 + 2*r.layers + l)
	}
	return r
}
