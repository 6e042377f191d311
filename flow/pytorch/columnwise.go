package pytorch

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
)

// mostColumns bounds the number of copies of a network that columnwise makes.
const mostColumns = 64

// columnwise reads an autoregressive transform whose masked residual network is none of [masked.MADE]: its blocks
// have gates that see the context, normalise, or are otherwise made. It becomes a coupling for each column, all others being
// kept, with the part of the network that makes its parameters, which netOf reads. In the direction from data to base the last
// column comes first, so that each sees those before it as they are in the data.
func (w *weights) columnwise(net string, p maskedNet, mapOf func(column int) bijector.Univariate, cond int, netOf func(c *bijector.Coupling) nn.Network) bijector.Chain {
	d := len(p.position)
	if d > mostColumns {
		fail("%s*: a masked network with residual blocks of this kind is supported for at most %d columns, got %d", net, mostColumns, d)
	}
	if d == 1 && cond == 0 {
		fail("%s*: a masked network of one column and no context is not supported", net)
	}
	var chain bijector.Chain
	for _, j := range invert(p.position) {
		c := &bijector.Coupling{Change: []int{j}, Cond: cond, Map: mapOf(j)}
		for i := range d {
			if i != j {
				c.Keep = append(c.Keep, i)
			}
		}
		c.Net = netOf(c)
		chain = append(chain, restored(c))
	}
	return chain
}

// nflowsColumnwise reads a transform whose blocks have gates or normalise.
func (w *weights) nflowsColumnwise(net string, p maskedNet, l layout) bijector.Chain {
	cond := 0
	if w.has(net + "context_layer.") {
		cond = w.shape(net+"context_layer.weight", 2)[1]
	}
	return w.columnwise(net, p, l.each, cond, func(c *bijector.Coupling) nn.Network { return w.columnNet(net, c, p, l, len(p.position)) })
}

// columnNet reads the part of a masked residual network that makes the parameters of one column.
func (w *weights) columnNet(net string, c *bijector.Coupling, p maskedNet, l layout, d int) nn.Network {
	m := &nn.GatedResMLP{First: w.maskedLayer(net+"initial_layer.", c.Keep, nil, nn.Linear), Cond: c.Cond}
	if c.Cond > 0 {
		m.First = widened(m.First, len(c.Keep), w.layer(net+"context_layer.", nil, nil, nn.Linear))
	}
	for i := range w.count(net + "blocks.") {
		b := fmt.Sprintf("%sblocks.%d.", net, i)
		block := nn.GatedBlock{Block: nn.Block{Act: p.act,
			A: w.maskedLayer(b+"linear_layers.0.", nil, nil, p.act), B: w.maskedLayer(b+"linear_layers.1.", nil, nil, nn.Linear)}}
		if w.has(b + "batch_norm_layers.") {
			block.Norm = w.norm(b + "batch_norm_layers.0.")
			fold(block.A, w.norm(b+"batch_norm_layers.1."))
		}
		if c.Cond > 0 {
			gate := w.layer(b+"context_layer.", nil, nil, nn.Sigmoid)
			block.Gate = &gate
		}
		m.Blocks = append(m.Blocks, block)
	}
	m.Last = w.columnLast(net+"final_layer.", c, l, d)
	return restored(m)
}

// columnLast reads the part of the last layer that makes the parameters of the column that c changes, of d.
func (w *weights) columnLast(name string, c *bijector.Coupling, l layout, d int) nn.Layer {
	var outs []int
	for k := range l.params() {
		outs = append(outs, l.at(c.Change[0], k, d))
	}
	last := w.maskedLayer(name, nil, outs, nn.Linear)
	l.convert(last)
	return last
}

// maskedLayer reads a layer of weight·mask and bias.
func (w *weights) maskedLayer(name string, in, out []int, act nn.Activation) nn.Layer {
	shape := w.shape(name+"weight", 2)
	mask := w.floats(name+"mask", shape...)
	if in != nil && len(in) == 0 { // a column that is alone
		l := w.layer(name, []int{0}, out, act)
		l.W = autodiff.NewParam(1, l.Out(), nil)
		return l
	}
	l := w.layer(name, in, out, act)
	in, out = orAll(in, shape[1]), orAll(out, shape[0])
	for i, v := range in {
		for j, u := range out {
			l.W.Data()[i*len(out)+j] *= mask[u*shape[1]+v]
		}
	}
	return l
}

// widened returns a layer of the first columns inputs of l, and behind them those of a layer that sees a context.
func widened(l nn.Layer, columns int, c nn.Layer) nn.Layer {
	if c.Out() != l.Out() {
		fail("got a context of %d units, want %d", c.Out(), l.Out())
	}
	sum := nn.Layer{W: autodiff.NewParam(columns+c.In(), l.Out(), nil), B: param(l.B.Data()), Act: l.Act}
	copy(sum.W.Data(), l.W.Data()[:columns*l.Out()])
	copy(sum.W.Data()[columns*l.Out():], c.W.Data())
	for j, v := range c.B.Data() {
		sum.B.Data()[j] += v
	}
	return sum
}
