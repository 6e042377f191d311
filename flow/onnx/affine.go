package onnx

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
)

// affine leads v through a map of which the determinant is the same everywhere: such maps are evaluated here, and stand in the
// graph as what they come to.
func (g *graph) affine(b bijector.Bijector, v value, dir direction) (w, l value, ok bool) {
	if w, ok = g.columnwise(b, v, dir); !ok {
		if w, ok = g.reordered(b, v, dir); ok {
			return w, none, true
		}
		if w, ok = g.linear(b, v, dir); !ok {
			return none, none, false
		}
	}
	return w, g.volume(b, w.cols, dir), true
}

// volume returns the logarithm of the determinant of such a map.
func (g *graph) volume(b bijector.Bijector, d int, dir direction) value {
	t := autodiff.Borrow()
	defer t.Release()
	l := b.ILDJ(t.Zeros(1, d)).Value()
	if l == 0 {
		return none
	}
	if dir == forward {
		l = -l
	}
	return g.constant(1, l)
}

// columnwise scales and shifts the columns.
func (g *graph) columnwise(b bijector.Bijector, v value, dir direction) (w value, ok bool) {
	scale, shift := none, none // the map is v·scale + shift
	switch b := b.(type) {
	case bijector.Identity:
		return v, true
	case *bijector.Whitener:
		return v, b.Plain()
	case *bijector.Standardizer:
		scale, shift = g.param(b.Scale), g.param(b.Shift)
	case *bijector.ActNorm:
		e := make([]float64, b.LogScale.Len())
		for j, l := range b.LogScale.Data() {
			e[j] = math.Exp(l)
		}
		scale, shift = g.constant(len(e), e...), g.param(b.Shift)
	case *bijector.Scale:
		scale = g.numbersOf(b.By, 1)
	case *bijector.Shift:
		shift = g.numbersOf(b.By, 0)
	case *bijector.Diagonal:
		scale, shift = g.numbersOf(b.Scale, 1), g.numbersOf(b.Shift, 0)
	case *bijector.BatchNorm:
		return g.batchNorm(b, v, dir), true
	default:
		return none, false
	}
	if dir == back {
		if shift != none {
			v = v.sub(shift)
		}
		if scale != none {
			v = v.div(scale)
		}
		return v, true
	}
	if scale != none {
		v = v.mul(scale)
	}
	return sum(v, shift), true
}

// batchNorm normalises by the running statistics.
func (g *graph) batchNorm(b *bijector.BatchNorm, v value, dir direction) value {
	s := make([]float64, b.Var.Len())
	gamma := b.Gamma.Numbers()
	for j, u := range b.Var.Data() {
		s[j] = math.Sqrt(u+b.Eps) / gamma[j%len(gamma)]
	}
	mean, scale, beta := g.param(b.Mean), g.constant(len(s), s...), g.numbersOf(b.Beta, 0)
	if dir == back {
		return v.sub(mean).div(scale).add(beta)
	}
	return v.sub(beta).mul(scale).add(mean)
}

// reordered puts the columns in another order: the one in which the map puts their indices.
func (g *graph) reordered(b bijector.Bijector, v value, dir direction) (w value, ok bool) {
	switch b.(type) {
	case *bijector.Permute, *bijector.Squeeze, *bijector.Reshape:
	default:
		return none, false
	}
	index := make([]float64, v.cols)
	for j := range index {
		index[j] = float64(j)
	}
	t := autodiff.Borrow()
	defer t.Release()
	order := make([]int, v.cols)
	for j, at := range evaluated(b, t.View(1, v.cols, index), dir).Data() {
		order[j] = int(at)
	}
	return v.gather(order), true
}

// evaluated returns a bijector's rows in a direction.
func evaluated(b bijector.Bijector, v autodiff.Var, dir direction) autodiff.Var {
	if dir == forward {
		return b.Forward(v)
	}
	return b.Inverse(v)
}

// linear multiplies rows by a matrix: that which the map without its shift makes of the unit vectors.
func (g *graph) linear(b bijector.Bijector, v value, dir direction) (w value, ok bool) {
	b, shift, ok := unshifted(b)
	if !ok {
		return none, false
	}
	t := autodiff.Borrow()
	defer t.Release()
	a := g.constant(v.cols, evaluated(b, t.View(v.cols, v.cols, identity(v.cols)), dir).Data()...)
	if dir == back && !shift.IsZero() {
		v = v.sub(g.numbersOf(shift, 0))
	}
	w = v.matmul(a)
	if dir == forward && !shift.IsZero() {
		w = w.add(g.numbersOf(shift, 0))
	}
	return w, true
}

// unshifted returns a linear map without its shift, and the shift.
func unshifted(b bijector.Bijector) (linear bijector.Bijector, shift autodiff.Value, ok bool) {
	none := autodiff.Value{}
	switch b := b.(type) {
	case *bijector.Linear:
		return &bijector.Linear{W: b.W}, b.Shift, true
	case *bijector.LU:
		c := *b
		c.Shift = none
		return &c, b.Shift, true
	case *bijector.QR:
		c := *b
		c.Shift = none
		return &c, b.Shift, true
	case *bijector.SVD:
		c := *b
		c.Shift = none
		return &c, b.Shift, true
	case *bijector.MatrixExp:
		c := *b
		c.Shift = none
		return &c, b.Shift, true
	case *bijector.TriL:
		c := *b
		c.Shift = none
		return &c, b.Shift, true
	case *bijector.TriLLowRank:
		c := *b
		c.Shift = none
		return &c, b.Shift, true
	case *bijector.LowRank:
		c := *b
		c.Shift = none
		return &c, b.Shift, true
	case *bijector.Whitener, *bijector.Householder, *bijector.Rotation, *bijector.DCT, bijector.Haar, *bijector.Cumsum:
		return b, none, true
	}
	return nil, none, false
}
