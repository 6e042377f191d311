package onnx

import (
	"fmt"
	"math"
	"reflect"
	"slices"

	"github.com/normflow/normflow/bijector"
)

// A direction is the way that rows take through a map.
type direction bool

const (
	forward direction = true  // from base to data
	back    direction = false // from data to base
)

// nameOf returns the name of a part's type, without that of its package.
func nameOf(part any) string {
	t := reflect.TypeOf(part)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}

// through returns the rows v led through a bijector, given the context c, and the logarithm of the determinant of
// that direction, none for 0.
func (g *graph) through(b bijector.Bijector, v, c value, dir direction) (w, logDet value) {
	if chain, ok := b.(bijector.Chain); ok {
		return g.chain(chain, v, c, dir)
	}
	return g.within(nameOf(b), func() (value, value) {
		if w, l, ok := g.composite(b, v, c, dir); ok {
			return w, l
		}
		if w, l, ok := g.affine(b, v, dir); ok {
			return w, l
		}
		if w, l, ok := g.elementwise(b, v, dir); ok {
			return w, l
		}
		g.refuse("got a bijector %T, which has no translation", b)
		return none, none
	})
}

// chain leads v through the elements, in their order or from the last to the first.
func (g *graph) chain(chain bijector.Chain, v, c value, dir direction) (w, logDet value) {
	for k := range chain {
		if dir == back {
			k = len(chain) - 1 - k
		}
		var l value
		v, l = g.within(fmt.Sprint(k), func() (value, value) { return g.through(chain[k], v, c, dir) })
		logDet = sum(logDet, l)
	}
	return v, logDet
}

// composite leads v through what is made of networks or of other maps.
func (g *graph) composite(b bijector.Bijector, v, c value, dir direction) (w, l value, ok bool) {
	switch b := b.(type) {
	case *bijector.Coupling:
		w, l = g.coupling(b, v, c, dir)
	case *bijector.Autoregressive:
		w, l = g.autoregressive(b, v, c, dir)
	case *bijector.Elementwise:
		raw := none
		if b.Raw != nil {
			raw = g.param(b.Raw)
		}
		w, l = g.univariate(b.Map, v, raw, dir)
		l = rowSumOf(l)
	case *bijector.Embedded:
		w, l = g.through(b.B, v, g.network(b.Net, c), dir)
	case *bijector.Invert:
		w, l = g.through(b.B, v, c, !dir)
	case *bijector.Subset:
		w, l = g.through(b.B, v.gather(b.Index), c, dir)
		w = v.replace(b.Index, w)
	case *bijector.Blockwise:
		w, l = g.blockwise(b, v, c, dir)
	case *bijector.PerPixel:
		w, l = g.each(b.B, v, c, b.Pixels, byPixel(v.cols/b.Pixels, b.Pixels), dir)
	case *bijector.PerChannel:
		w, l = g.each(b.B, v, c, b.Channels, nil, dir)
	case *bijector.Multiscale:
		w, l = g.multiscale(b, v, c, dir)
	case *bijector.Gaussianization:
		w, l = g.gaussianization(b, v, dir)
	case *bijector.Planar:
		w, l = g.planar(b, v, c, dir)
	case *bijector.Radial:
		w, l = g.radial(b, v, c, dir)
	case *bijector.Sylvester:
		w, l = g.sylvester(b, v, c, dir)
	case *bijector.CircularShift:
		by := g.numbersOf(b.By, 0)
		if dir == back {
			by = by.neg()
		}
		w = v.turned(by, or(b.Bound, math.Pi))
	case *bijector.Insert:
		w = g.insert(b, v, dir)
	default:
		return none, none, false
	}
	return w, l, true
}

// rowSumOf returns the sum of each row, or none.
func rowSumOf(v value) value {
	if v == none {
		return v
	}
	return v.rowSum()
}

// blockwise leads the blocks of columns through their maps.
func (g *graph) blockwise(b *bijector.Blockwise, v, c value, dir direction) (w, logDet value) {
	var parts []value
	at := 0
	for _, k := range b.Blocks {
		d := k.Out
		if dir == forward {
			d = k.In
		}
		w, l := g.through(k.B, v.slice(at, at+d), c, dir)
		parts, logDet = append(parts, w), sum(logDet, l)
		at += d
	}
	return concat(parts...), logDet
}

// insert puts constant columns between others, or takes them out of rows that have their values there: others become NaN.
func (g *graph) insert(b *bijector.Insert, v value, dir direction) value {
	if dir == forward {
		return g.param(b.Values).like(v).replace(b.Keep, v)
	}
	var others []int
	var values []float64
	for j, x := range b.Values.Data() {
		if !slices.Contains(b.Keep, j) {
			others, values = append(others, j), append(values, x)
		}
	}
	x := v.gather(b.Keep)
	if len(others) == 0 {
		return x
	}
	off := v.gather(others).sub(g.constant(len(values), values...)).abs().rowSum()
	return v.c(math.NaN()).where(v.c(0).less(off), x)
}
