package onnx

import "github.com/normflow/normflow/bijector"

// autoregressive leads columns through a univariate, with parameters from the results before each. On the way back these are there
// from the start; forward there is a pass of the network for each column.
func (g *graph) autoregressive(b *bijector.Autoregressive, v, c value, dir direction) (w, logDet value) {
	net := g.masked(b.Net)
	if dir == back {
		w, l := g.univariate(b.Map, v, net.at(clipped(v, b.Clip), c), back)
		return w, rowSumOf(l)
	}
	d, k := b.Net.Spec.Dim, b.Map.Params()
	order := b.Net.Spec.Order
	if order == nil {
		for j := range d {
			order = append(order, j)
		}
	}
	columns := make([]value, d) // of the result: 0 until they are known, when no output that counts sees them
	for j := range columns {
		columns[j] = g.constant(1, 0).like(v)
	}
	for _, j := range order {
		raw := net.at(clipped(concat(columns...), b.Clip), c).slice(j*k, (j+1)*k)
		var l value
		columns[j], l = g.univariate(columnOf(b.Map, j), v.slice(j, j+1), raw, forward)
		logDet = sum(logDet, l)
	}
	return concat(columns...), logDet
}

// columnOf returns the map of one column.
func columnOf(m bijector.Univariate, j int) bijector.Univariate {
	switch m := m.(type) {
	case bijector.PerColumn:
		return bijector.PerColumn{Maps: m.Maps[j : j+1]}
	case bijector.Inverted:
		return bijector.Inverted{Map: columnOf(m.Map, j)}
	case bijector.Opposite:
		return bijector.Opposite{Map: columnOf(m.Map, j), Bound: m.Bound}
	}
	return m
}
