package pytorch

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// residualFlow reads a Residual of normflows with a LipschitzMLP. Its weights are divided as the library divides them, by their norm along
// the vectors that it has found, so that nothing is left to divide.
func (w *weights) residualFlow(p string, d int) bijector.Bijector {
	for _, name := range []string{"geom_p", "lamb", "last_n_samples", "last_firmom", "last_secmom"} { // of estimates in training
		w.ignore(p + "iresblock." + name)
	}
	net := p + "iresblock.nnet.net."
	b := new(bijector.Residual)
	layers := w.count(net) / 2
	if layers == 0 {
		fail("%s*: got a network without layers, want a LipschitzMLP: others are not supported", net)
	}
	in := d
	for l := range layers {
		swish, layer := fmt.Sprintf("%s%d.", net, 2*l), fmt.Sprintf("%s%d.", net, 2*l+1)
		out := w.shape(layer+"weight", 2)[0]
		b.Swish = append(b.Swish, param(w.floats(swish+"beta", 1)))
		b.W = append(b.W, w.divided(layer, in, out))
		b.B = append(b.B, param(w.floats(layer+"bias", out)))
		b.Bound = max(b.Bound, schatten(b.W[l]))
		in = out
	}
	b.Bound = math.Max(b.Bound*(1+1e-9), 0.5)
	if !(b.Bound < 1) {
		fail("%s*: the norm of a layer may be %v, want below 1: with so large ones the library does not know that its flow is invertible either", net, b.Bound)
	}
	reverse, ok := w.attribute(p, "reverse")
	if !ok {
		w.asked(fmt.Sprintf("the direction of %q", p), fmt.Sprintf("Settings.Modules[%q].Attributes[%q], true or false", w.path(p), "reverse"))
	}
	if ok && reverse == false {
		return restored(b)
	}
	return bijector.NewInvert(restored(b))
}

// divided reads the weights of an InducedNormLinear, W/max(1, u·W·v/coeff), transposed.
func (w *weights) divided(p string, in, out int) *autodiff.Param {
	weight, u, v := w.floats(p+"weight", out, in), w.floats(p+"u", out), w.floats(p+"v", in)
	w.ignore(p + "scale")
	w.must(p, "domain", 2)
	w.must(p, "codomain", 2)
	value, ok := w.attribute(p, "coeff", "lipschitz_const")
	if !ok {
		w.asked(fmt.Sprintf("the bound of the layers of %q", p), fmt.Sprintf("Settings.Modules[%q].Attributes[%q], such as 0.97", w.path(p), "coeff"))
		value = 0.97
	}
	coeff := w.toFloat(p, "coeff", value)
	if !(coeff > 0) {
		fail("module %q of class %q: got a bound of %v, want a positive number", p, w.class(p), coeff)
	}
	sigma := 0.0
	for o := range out {
		sigma += float64(u[o] * floats.Dot(weight[o*in:(o+1)*in], v))
	}
	factor := float64(float32(math.Max(1, sigma/coeff))) // PyTorch rounds it: the 1 is of float32, sigma but a number
	q := autodiff.NewParam(in, out, nil)
	for o := range out {
		for i := range in {
			q.Data()[i*out+o] = weight[o*in+i] / factor
		}
	}
	return q
}

// schatten returns the norm of order 2048, by which bijector.Residual bounds weights.
func schatten(p *autodiff.Param) float64 {
	var svd mat.SVD
	if !svd.Factorize(p.Matrix(), mat.SVDNone) {
		return math.Inf(1)
	}
	values := svd.Values(nil)
	if values[0] == 0 {
		return 0
	}
	sum := 0.0
	for _, s := range values {
		sum += math.Pow(s/values[0], 2048)
	}
	return values[0] * math.Pow(sum, 1.0/2048)
}
