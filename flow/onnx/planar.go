package onnx

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
)

// Maps such as bijector.Planar translate in the direction that has a formula, in which densities of their presets go; the other
// is found by search.

// contextual returns the parameters side by side, plus what net makes of the context.
func (g *graph) contextual(net nn.Network, c value, p ...*autodiff.Param) value {
	var row []value
	for _, q := range p {
		row = append(row, g.param(q))
	}
	all := concat(row...)
	if net == nil {
		return all
	}
	return g.network(net, c).add(all)
}

func (g *graph) planar(b *bijector.Planar, x, c value, dir direction) (y, l value) {
	if dir == back && b.Slope == 0 {
		g.refuse("got a Planar of tanh backwards, which has no translation")
	}
	d := b.W.Len()
	p := g.contextual(b.Net, c, b.W, b.U, b.B)
	w, u := p.slice(0, d), p.slice(d, 2*d)
	length := w.square().rowSum().sqrt()
	flat := x.c(0).less(length).truth().neg().plus(1) // w is 0: a shift
	length = length.add(flat)
	wu := w.mul(u).rowSum()
	e := wu.softplus()
	u = u.add(w.div(length).mul(e.plus(-1).sub(wu).div(length)))
	e = flat.where(x.c(0).less(flat), e) // 1 + w·û
	s := x.mul(w).rowSum().add(p.slice(2*d, 2*d+1))
	if b.Slope == 0 {
		h := s.tanh()
		return x.add(h.mul(u)), h.square().add(e.mul(s.clamp(-300, 300).logCosh().times(-2).exp())).log()
	}
	below := s.less(s.c(0))
	slope := e.times(b.Slope).plus(1-b.Slope).where(below, e)
	if dir == back {
		s = s.div(slope)
		return x.sub(s.times(b.Slope).where(below, s).mul(u)), slope.log().neg()
	}
	return x.add(s.times(b.Slope).where(below, s).mul(u)), slope.log()
}

// radial stretches rows away from a centre. On the way back the radius r is the positive root of r² + (e − ρ)·r − α·ρ = 0, in the form
// that does not cancel.
func (g *graph) radial(b *bijector.Radial, x, c value, dir direction) (y, l value) {
	d := b.Center.Len()
	p := g.contextual(b.Net, c, b.Center, b.A, b.B)
	center, alpha, e := p.slice(0, d), p.slice(d, d+1).softplus(), p.slice(d+1, d+2).softplus()
	z := x.sub(center)
	top := z.abs().rowMax().max(x.c(1e-300)) // squares could overflow
	r := z.div(top).square().rowSum().sqrt().mul(top)
	if dir == back {
		q, product := r.sub(e), alpha.mul(r)
		most := q.abs().max(product.sqrt()).max(x.c(1e-300))
		root := q.div(most).square().add(product.div(most).div(most).times(4)).sqrt().mul(most)
		r = q.add(root).times(0.5).where(x.c(0).less(q), product.times(2).div(root.sub(q)))
	}
	far := alpha.add(r)
	f, near, out := e.add(r).div(far), alpha.div(far), r.div(far)
	slope := out.square().add(out.mul(near).times(2)).add(near.mul(e.div(far))) // positive terms
	l = slope.log().add(f.log().times(float64(d - 1)))
	if dir == back {
		return z.div(f).add(center), l.neg()
	}
	return z.mul(f).add(center), l
}

// sylvester is x + Q·R·tanh(S·Qᵀ·x + b), R and S being upper triangles.
func (g *graph) sylvester(b *bijector.Sylvester, x, c value, dir direction) (y, l value) {
	if dir == back {
		g.refuse("got a Sylvester backwards, which has no translation")
	}
	m := b.B.Len()
	size := m * (m + 1) / 2
	p := g.contextual(b.Net, c, b.R, b.S, b.B)
	turn := bijector.NewHouseholder(b.Axes)
	all := g.turned(turn, x, back)
	r, s := g.bounded(p.slice(0, size), m), g.bounded(p.slice(size, 2*size), m)
	z := all.slice(0, m)
	h := g.upperTimes(s, z, m).add(p.slice(2*size, 2*size+m)).tanh()
	w := z.add(g.upperTimes(r, h, m))
	slopes := r.gather(diagonal(m)).mul(s.gather(diagonal(m))).mul(h.square().neg().plus(1)).log1p()
	if m < x.cols {
		w = concat(w, all.slice(m, x.cols))
	}
	return g.turned(turn, w, forward), slopes.rowSum()
}

// turned multiplies rows by the reflections' matrix, or its inverse.
func (g *graph) turned(h *bijector.Householder, v value, dir direction) value {
	w, _ := g.linear(h, v, dir)
	return w
}

// diagonal returns where the diagonal of an upper triangle m×m stands among its elements row by row.
func diagonal(m int) []int {
	at := make([]int, m)
	for i := range at {
		at[i] = i*m - i*(i-1)/2
	}
	return at
}

// bounded returns an upper triangle with its diagonal bounded.
func (g *graph) bounded(p value, m int) value {
	return p.replace(diagonal(m), p.gather(diagonal(m)).tanh().times(0.999))
}

// upperTimes multiplies rows by upper triangles, one for each row or one for all.
func (g *graph) upperTimes(p, z value, m int) value {
	var columns []int
	sums := make([]float64, 0, m*m*m)
	for i := range m {
		for j := i; j < m; j++ {
			columns = append(columns, j)
			row := make([]float64, m)
			row[i] = 1
			sums = append(sums, row...)
		}
	}
	return p.mul(z.gather(columns)).matmul(g.constant(m, sums...))
}
