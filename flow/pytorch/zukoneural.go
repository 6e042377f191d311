package pytorch

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
)

// zukoNeural reads an autoregressive transform of zuko whose univariate is a network with weights of its own for each column. It
// becomes a coupling for each column, all others being kept: see columnwise.
func (w *weights) zukoNeural(p string, d int) bijector.Chain {
	if d > mostColumns {
		fail("%s*: networks as univariates are supported for at most %d columns, got %d", p, mostColumns, d)
	}
	hyper, act := w.sequence(p+"hyper."), w.activation(p+"hyper.")
	w.between(p+"hyper.", hyper)
	position := ranks(w.indices(p+"order", d))
	for _, name := range hyper {
		if !w.holds(name + "mask") {
			fail("%s*: a network of one column and no context, or without masks, is not supported", name)
		}
	}
	var chain bijector.Chain
	for _, j := range invert(position) {
		c := &bijector.Coupling{Change: []int{j}, Map: bijector.Inverted{Map: w.zukoNet(p, j, d)}}
		in := []int{}
		for i := range d {
			if i != j {
				c.Keep, in = append(c.Keep, i), append(in, i)
			}
		}
		c.Cond = w.shape(hyper[0]+"weight", 2)[1] - d
		for i := range c.Cond {
			in = append(in, d+i)
		}
		c.Net = w.zukoHyper(p+"hyper.", hyper, act, in, j, c.Map.Params(), d)
		chain = append(chain, restored(c))
	}
	return chain
}

// zukoHyper reads the part of a masked network that makes k parameters of column j of the given inputs.
func (w *weights) zukoHyper(prefix string, names []string, act nn.Activation, in []int, j, k, d int) nn.Network {
	net := new(nn.MLP)
	for i, name := range names {
		var from, to []int
		a := act
		if i == 0 {
			from = in
		}
		if i == len(names)-1 {
			if got := w.shape(name+"bias", 1)[0]; got != k*d {
				fail("%s*: got %d outputs, want %d for each of %d columns", name, got, k, d)
			}
			to, a = bijector.Columns(j*k, j*k+k), nn.Linear
		}
		net.Layers = append(net.Layers, w.maskedLayer(name, from, to, a))
	}
	return w.layerNorms(prefix, names, restored(net))
}

// zukoNet reads the network that is the univariate of column j.
func (w *weights) zukoNet(p string, j, d int) bijector.Univariate {
	integral := w.has(p + "univariate.integrand.")
	inner := p + "univariate.network."
	if integral {
		inner = p + "univariate.integrand."
	}
	names := w.sequence(inner)
	act := nn.Linear
	if integral {
		act = w.integrand(inner)
		w.between(inner, names)
	}
	var layers []nn.Layer
	for i, name := range names {
		shape := w.shape(name+"weight", 3)
		if shape[0] != d {
			fail("tensor %q: got networks of %d columns, want %d", name+"weight", shape[0], d)
		}
		out, in := shape[1], shape[2]
		weight, bias := w.floats(name+"weight", d, out, in), w.floats(name+"bias", d, out)
		l := nn.Layer{W: autodiff.NewParam(in, out, nil), B: param(bias[j*out : (j+1)*out]), Act: act}
		for a := range in {
			for b := range out {
				l.W.Data()[a*out+b] = weight[(j*out+b)*in+a]
			}
		}
		if i == len(names)-1 {
			l.Act = nn.Linear
		}
		layers = append(layers, l)
	}
	if integral {
		if _, plain := w.layerNorms(inner, names, &nn.MLP{Layers: layers}).(*nn.MLP); !plain {
			fail("%s*: normalisation under an integral is not supported", inner)
		}
		return &bijector.Numeric{Map: restored(&bijector.IntegralNet{Layers: layers})}
	}
	return &bijector.Numeric{Map: restored(&bijector.MonotoneNet{Layers: layers})}
}

// integrand returns the activation of the network under an integral, as a rule ELU.
func (w *weights) integrand(net string) nn.Activation {
	if a, ok := w.activationClass(net + "1"); ok {
		return a
	}
	w.asked("the activation of the integrands", fmt.Sprintf(`Settings.Modules[%q].Class, such as "ELU"`, w.path(net+"1.")))
	return nn.ELU
}
