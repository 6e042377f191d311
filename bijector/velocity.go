package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// A velocity evaluates the network of a [Continuous] with its divergence, the trace of the Jacobian in z. With slopes s
// of the hidden units the trace is
//
//	tr W = Σⱼ Wⱼⱼ,  s₁·q with qₗ = Σⱼ Wⱼₗ·Vₗⱼ,  s₁ᵀ·Q·s₂ with Qₗₖ = Uₗₖ·Mₗₖ and M = W·V
//
// for weights W; W, V; W, U, V, of which W are the rows of the columns of z.
type velocity struct {
	d, in, frequencies int
	hidden             []int // widths
	w, b               [3][]float64
	act                nn.Activation
	m, q               []float64 // M and Q, or q
	dw, db             [3][]float64
	dq                 []float64
	t1, t2             []float64 // temporaries of the widest layer
	kinetic            float64   // weight of ‖v‖², which is added to the divergence
	context            []float64 // of all rows
	cond               int
}

// A stage is what an evaluation at some rows leaves for its gradient.
type stage struct {
	u         []float64    // inputs
	a         [2][]float64 // hidden units
	s         [2][]float64 // their slopes
	p         []float64    // s₁·Q
	v, div    []float64
	dv, ddiv  []float64 // gradients of v and div
	du        []float64
	times     []float64
	cos1, sin []float64
}

func room(x *[]float64, n int) []float64 {
	if cap(*x) < n {
		*x = make([]float64, n)
	}
	*x = (*x)[:n]
	return *x
}

// start sets what depends on the weights alone.
func (f *velocity) start() {
	d := f.d
	switch len(f.hidden) {
	case 0:
		q := room(&f.q, 1)
		q[0] = 0
		for j := range d {
			q[0] += f.w[0][j*d+j]
		}
	case 1:
		h := f.hidden[0]
		q := room(&f.q, h)
		for l := range h {
			q[l] = 0
			for j := range d {
				q[l] = kernel.FMA(f.w[0][j*h+l], f.w[1][l*d+j], q[l])
			}
		}
	case 2:
		h, k := f.hidden[0], f.hidden[1]
		kernel.Gemm(true, true, h, k, d, f.w[0], h, f.w[2], d, false, room(&f.m, h*k), k)
		kernel.Mul(room(&f.q, h*k), f.m, f.w[1])
	}
}

// inputs fills u from the rows z at their times and the contexts of rows id.
func (f *velocity) inputs(s *stage, z []float64, id []int) {
	n, in, d := len(id), f.in, f.d
	u := room(&s.u, n*in)
	for i := range n {
		copy(u[i*in:], z[i*d:(i+1)*d])
		copy(u[(i+1)*in-f.cond:], f.context[id[i]*f.cond:(id[i]+1)*f.cond])
	}
	t := s.times[:n]
	if f.frequencies == 0 {
		for i, v := range t {
			u[i*in+d] = v
		}
		return
	}
	c, sin := room(&s.cos1, n), room(&s.sin, n)
	kernel.Scale(c, t, math.Pi)
	kernel.Sin(sin, c)
	kernel.Cos(c, c)
	for i := range n {
		row := u[i*in+d:]
		c1, s1, ck, sk := c[i], sin[i], c[i], sin[i]
		for k := range f.frequencies {
			row[2*k], row[2*k+1] = ck, sk
			ck, sk = kernel.FMA(ck, c1, -float64(sk*s1)), kernel.FMA(sk, c1, float64(ck*s1))
		}
	}
}

// eval sets v and div of a stage.
func (f *velocity) eval(s *stage, z []float64, id []int) {
	f.inputs(s, z, id)
	n, x, width := len(id), s.u, f.in
	for l, h := range f.hidden {
		a := room(&s.a[l], n*h)
		f.dense(a, x, l, n, width, h)
		slopes(f.act, room(&s.s[l], n*h), a)
		x, width = a, h
	}
	last := len(f.hidden)
	kernel.Dense(room(&s.v, n*f.d), x, f.w[last], f.b[last], n, width, f.d, kernel.Linear)
	div := room(&s.div, n)
	switch last {
	case 0:
		for i := range div {
			div[i] = f.q[0]
		}
	case 1:
		kernel.Gemm(false, false, n, 1, f.hidden[0], s.s[0], f.hidden[0], f.q, 1, false, div, 1)
	case 2:
		h, k := f.hidden[0], f.hidden[1]
		kernel.Dense(room(&s.p, n*k), s.s[0], f.q, nil, n, h, k, kernel.Linear)
		kernel.RowDot(div, s.p, s.s[1], n, k)
	}
	if f.kinetic != 0 {
		for i := range div {
			for _, v := range s.v[i*f.d : (i+1)*f.d] {
				div[i] = kernel.FMA(f.kinetic, float64(v*v), div[i])
			}
		}
	}
}

func (f *velocity) dense(y, x []float64, l, n, in, out int) {
	if f.act == nn.Tanh {
		kernel.Dense(y, x, f.w[l], f.b[l], n, in, out, kernel.Tanh)
		return
	}
	kernel.Dense(y, x, f.w[l], f.b[l], n, in, out, kernel.Linear)
	if f.act == nn.ELU {
		elu(y)
		return
	}
	kernel.Softplus(y, y)
}

// elu sets the negative numbers of y to eʸ − 1.
func elu(y []float64) {
	for i, v := range y {
		if v < 0 {
			y[i] = special.Expm1(v)
		}
	}
}

// slopes sets s to σ′ of hidden units a = σ(z).
func slopes(act nn.Activation, s, a []float64) {
	switch act {
	case nn.Tanh:
		for i := range s {
			s[i] = 1
		}
		kernel.MulSub(s, a, a)
		return
	case nn.ELU: // eᶻ = 1 + a below 0
		for i, v := range a {
			s[i] = 1 + min(v, 0)
		}
		return
	}
	kernel.Scale(s, a, -1) // 1 − e⁻ᵃ
	kernel.Expm1(s, s)
	kernel.Scale(s, s, -1)
}

// addCurvature sets dz = da·σ′ + ds·σ″, in da.
func addCurvature(act nn.Activation, da, ds, s, a []float64) {
	kernel.Mul(da, da, s)
	kernel.Mul(ds, ds, s)
	if act == nn.Tanh { // σ″ = −2·σ·σ′
		kernel.Scale(ds, ds, -2)
		kernel.MulAdd(da, ds, a)
		return
	}
	if act == nn.ELU { // σ″ = σ′ below 0
		for i, v := range a {
			if v < 0 {
				da[i] += ds[i]
			}
		}
		return
	}
	kernel.Add(da, da, ds) // σ″ = σ′·(1 − σ′)
	kernel.MulSub(da, ds, s)
}

// back adds the gradients that dv and ddiv of a stage of n rows make: to those of the weights, and sets du.
func (f *velocity) back(s *stage, n int) {
	last := len(f.hidden)
	if f.kinetic != 0 {
		for i, d := range s.ddiv[:n] {
			for c := i * f.d; c < (i+1)*f.d; c++ {
				s.dv[c] = kernel.FMA(2*f.kinetic*d, s.v[c], s.dv[c])
			}
		}
	}
	up, width := s.dv, f.d // gradient behind layer l
	for l := last; l >= 0; l-- {
		x, in := s.u, f.in
		if l > 0 {
			x, in = s.a[l-1], f.hidden[l-1]
		}
		if f.dw[l] != nil {
			kernel.Gemm(true, false, in, width, n, x, in, up, width, true, f.dw[l], width)
		}
		if f.db[l] != nil {
			kernel.ColSum(f.db[l], up, n, width)
		}
		to := room(&s.du, n*in)
		if l > 0 {
			to = room(&f.t1, n*in)
			if l%2 == 0 {
				to = room(&f.t2, n*in)
			}
		}
		kernel.Gemm(false, true, n, in, width, up, width, f.w[l], width, false, to, in)
		if l > 0 {
			f.backTrace(to, s, l-1, n)
		}
		up, width = to, in
	}
}

// backTrace turns the gradient da of hidden layer l, n×h, into that before its activation.
func (f *velocity) backTrace(da []float64, s *stage, l, n int) {
	h := f.hidden[l]
	ds := room(&s.p, max(len(s.p), n*h))[:n*h]
	switch {
	case len(f.hidden) == 1:
		for i, g := range s.ddiv {
			kernel.Scale(ds[i*h:(i+1)*h], f.q, g)
			kernel.Axpy(f.dq, s.s[0][i*h:(i+1)*h], g)
		}
	case l == 1: // s₂ sees p, and p is then its own gradient
		kernel.MulCol(ds, s.p[:n*h], s.ddiv, n, h)
	default:
		k := f.hidden[1]
		dp := s.s[1]
		kernel.MulCol(dp, dp, s.ddiv, n, k)
		kernel.Gemm(true, false, h, k, n, s.s[0], h, dp, k, true, f.dq, k)
		kernel.Gemm(false, true, n, h, k, dp, k, f.q, k, false, ds, h)
	}
	addCurvature(f.act, da, ds, s.s[l], s.a[l])
}

// finish adds the gradient of q to those of the weights.
func (f *velocity) finish() {
	d, last := f.d, len(f.hidden)
	if f.dw[0] == nil && f.dw[last] == nil && f.dw[1] == nil {
		return
	}
	switch last {
	case 1:
		h := f.hidden[0]
		for l, g := range f.dq {
			for j := range d {
				addTo(f.dw[0], j*h+l, float64(g*f.w[1][l*d+j]))
				addTo(f.dw[1], l*d+j, float64(g*f.w[0][j*h+l]))
			}
		}
	case 2:
		h, k := f.hidden[0], f.hidden[1]
		if f.dw[1] != nil {
			kernel.MulAdd(f.dw[1], f.dq, f.m)
		}
		dm := f.dq
		kernel.Mul(dm, dm, f.w[1])
		if f.dw[0] != nil {
			kernel.Gemm(true, true, d, h, k, f.w[2], d, dm, k, true, f.dw[0], h)
		}
		if f.dw[2] != nil {
			kernel.Gemm(true, true, k, d, h, dm, k, f.w[0], h, true, f.dw[2], d)
		}
	}
}

func addTo(x []float64, i int, v float64) {
	if x != nil {
		x[i] += v
	}
}
