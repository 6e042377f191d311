package pytorch

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
)

// layerNorms puts zuko's normalisations without tensors behind the hidden layers of a network that has them. Their variance has the divisor
// n − 1, ours n: the next layer's weights make up for it.
func (w *weights) layerNorms(prefix string, layers []string, m *nn.MLP) nn.Network {
	var nets []nn.Network
	for i, l := range m.Layers {
		nets = append(nets, &nn.MLP{Layers: []nn.Layer{l}})
		if i == len(m.Layers)-1 {
			break
		}
		at, _ := number(layers[i], prefix)
		norm := fmt.Sprintf("%s%d", prefix, at+2)
		next, _ := number(layers[i+1], prefix)
		always, _ := w.attribute(prefix, "normalize")
		if next != at+3 || w.class(norm) != "LayerNorm" && (always != true || w.class(norm) != "") {
			if len(nets) > 1 {
				fail("%s*: a normalisation behind some of the layers only is not supported", prefix)
			}
			return m
		}
		n := float64(l.Out())
		if n < 2 {
			fail("%s*: a normalisation of one unit is not supported", norm)
		}
		shrink := (n - 1) / n
		nets = append(nets, restored(&nn.LayerNorm{Width: l.Out(), Eps: w.float(norm, "eps", 1e-5) * shrink}))
		for j := range m.Layers[i+1].W.Data() {
			m.Layers[i+1].W.Data()[j] *= math.Sqrt(shrink)
		}
	}
	if len(nets) == 1 {
		return m
	}
	return restored(&nn.Sequential{Nets: nets})
}

// norm reads a BatchNorm1d as scale and shift by its running statistics.
func (w *weights) norm(p string) *nn.Norm {
	d, eps := w.shape(p+"running_mean", 1)[0], w.float(p, "eps", 1e-3)
	mean, variance := w.floats(p+"running_mean", d), w.floats(p+"running_var", d)
	weight, bias := w.floats(p+"weight", d), w.floats(p+"bias", d)
	w.ignore(p + "num_batches_tracked")
	m := &nn.Norm{Scale: autodiff.NewParam(1, d, nil), Shift: autodiff.NewParam(1, d, nil)}
	for j := range d {
		if !(variance[j]+eps > 0) {
			fail("tensor %q: got %v, want no negative number", p+"running_var", variance[j])
		}
		s := weight[j] / math.Sqrt(variance[j]+eps)
		m.Scale.Data()[j], m.Shift.Data()[j] = s, bias[j]-float64(s*mean[j])
	}
	return m
}

// fold makes a layer compute its result normalised.
func fold(l nn.Layer, n *nn.Norm) {
	out := l.Out()
	if n.Scale.Len() != out {
		fail("got a normalisation of %d columns, want %d", n.Scale.Len(), out)
	}
	for j, s := range n.Scale.Data() {
		for i := range l.In() {
			l.W.Data()[i*out+j] *= s
		}
		l.B.Data()[j] = float64(l.B.Data()[j]*s) + n.Shift.Data()[j]
	}
}
