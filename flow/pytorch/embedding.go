package pytorch

import (
	"fmt"
	"slices"
	"strings"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
)

// embedded puts the network before the context, if the model has one, before the base and the chain.
func (w *weights) embedded(base dist.Distribution, chain bijector.Chain) (dist.Distribution, bijector.Chain) {
	for _, p := range []string{w.root + "_embedding_net.", strings.TrimSuffix(w.root, "net.") + "_embedding_net."} {
		if !w.has(p) {
			continue
		}
		net := w.embeddingNet(p, max(bijector.CondDim(chain), dist.CondDim(base)))
		if net == nil {
			return base, chain
		}
		if bijector.CondDim(chain) > 0 {
			chain = bijector.Chain{bijector.NewEmbedded(net, chain)}
		} else if dist.CondDim(base) == 0 {
			fail("%s*: got an embedding of a context that no transform takes", p)
		}
		if dist.CondDim(base) > 0 {
			base = dist.NewEmbedded(net, base)
		}
		return base, chain
	}
	return base, chain
}

// embeddingNet reads the network, nil for none: behind a standardisation that clips, as [Loader] has it, layers whose result has the width
// out.
func (w *weights) embeddingNet(p string, out int) nn.Network {
	if !w.holds(p+"0._mean") || w.class(p+"1") != "Hardtanh" {
		if m := (&nn.MLP{Layers: w.embedding(p, 0, out)}); len(m.Layers) > 0 {
			return restored(m)
		}
		return nil
	}
	s := restored(&nn.Standardizer{Shift: param(w.row(p + "0._mean")), Scale: param(w.row(p + "0._std")), Clip: w.float(p+"1", "max_val", 1), Initialized: true})
	s.Shift.Freeze(true)
	s.Scale.Freeze(true)
	if low := w.float(p+"1", "min_val", -1); low != -s.Clip {
		fail("module %q: got min_val %v and max_val %v, want opposite ones", p+"1", low, s.Clip)
	}
	m := &nn.MLP{Layers: w.embedding(p, 2, out)}
	if len(m.Layers) == 0 {
		return s
	}
	return restored(&nn.Sequential{Nets: []nn.Network{s, restored(m)}})
}

// embedding reads a standardisation, a layer, or a sequence of these and of activations. Out is the width of the
// result, which numbers without dimension take; modules before from are left out.
func (w *weights) embedding(p string, from, out int) (layers []nn.Layer) {
	switch {
	case w.holds(p + "_mean"):
		return []nn.Layer{w.standardised(p, out)}
	case w.holds(p + "weight"):
		return []nn.Layer{w.layer(p, nil, nil, nn.Linear)}
	}
	n := w.layersQuietly(p)
	for i := range slices.Backward(make([]struct{}, n)) {
		if i < from {
			break
		}
		part := fmt.Sprintf("%s%d.", p, i)
		if !w.has(part) {
			layers = w.activated(part, i, n, layers)
			continue
		}
		inner := w.embedding(part, 0, out)
		if len(inner) > 0 && len(layers) > 0 {
			if pending := layers[0]; pending.W == nil { // an activation
				inner[len(inner)-1].Act, layers = pending.Act, layers[1:]
			}
		}
		if layers = append(inner, layers...); len(inner) > 0 {
			out = layers[0].In()
		}
	}
	if len(layers) > 0 && layers[0].W == nil {
		fail("%s*: got an activation before the first layer: it is not supported", p)
	}
	return layers
}

// layersQuietly returns the number of modules of a sequence, asking nothing.
func (w *weights) layersQuietly(p string) int {
	n := w.count(p)
	for _, path := range w.paths {
		for _, root := range []string{w.root, ""} { // an embedding of sbi stands beside the flow
			if k, ok := number(root+path+".", p); ok {
				n = max(n, k+1)
			}
		}
	}
	return min(n, len(w.names)+len(w.paths))
}

// activated puts an activation before layers, as a layer without weights.
func (w *weights) activated(p string, i, n int, layers []nn.Layer) []nn.Layer {
	class := w.class(p)
	act, ok := w.activationClass(p)
	switch {
	case class == "":
		w.asked("the activations of the embedding network", fmt.Sprintf("Settings.Modules[%q].Class, such as \"ReLU\", and so on", w.path(p)))
		act = nn.ReLU
	case class == "Dropout" || class == "Identity" || class == "Flatten":
		return layers
	case !ok:
		fail("module %q of class %q within an embedding network is not supported", p, class)
	}
	if len(layers) > 0 && layers[0].W == nil {
		fail("%s*: got two activations one after the other: they are not supported", p)
	}
	return append([]nn.Layer{{Act: act}}, layers...)
}

// standardised reads (c − mean)/std.
func (w *weights) standardised(p string, out int) nn.Layer {
	mean, std := w.row(p+"_mean"), w.row(p+"_std")
	d := max(len(mean), len(std), 1)
	if len(mean) == 1 && len(w.tensors[p+"_mean"].Shape) == 0 {
		d = max(out, 1)
	}
	l := nn.Layer{W: autodiff.NewParam(d, d, nil), B: autodiff.NewParam(1, d, nil), Act: nn.Linear}
	for j := range d {
		s := std[min(j, len(std)-1)]
		if !(s > 0) {
			fail("tensor %q: got %v, want positive numbers", p+"_std", s)
		}
		l.W.Data()[j*d+j], l.B.Data()[j] = 1/s, -mean[min(j, len(mean)-1)]/s
	}
	l.W.Freeze(true)
	l.B.Freeze(true)
	return l
}
