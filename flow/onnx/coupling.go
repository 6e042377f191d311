package onnx

import "github.com/normflow/normflow/bijector"

// coupling leads the columns to change through their univariate, with parameters from the others.
func (g *graph) coupling(b *bijector.Coupling, v, c value, dir direction) (w, logDet value) {
	var in []value
	if len(b.Keep) > 0 {
		in = append(in, clipped(v.gather(b.Keep), b.Clip))
	}
	if b.Cond > 0 {
		in = append(in, c)
	}
	var x value // none for a Constant
	if len(in) > 0 {
		x = concat(in...)
	}
	y, l := g.univariate(b.Map, v.gather(b.Change), g.network(b.Net, x), dir)
	return v.replace(b.Change, y), rowSumOf(l)
}

// clipped returns what a network sees of columns.
func clipped(v value, clip float64) value {
	if clip == 0 {
		return v
	}
	return v.clamp(-clip, clip)
}
