package pytorch

import (
	"fmt"
	"slices"
	"strings"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/safetensors"
)

// mixtureMADE reads a MADEMoG of nflows: a masked network that makes logits, means and scales of the normal
// distributions that each column is a mixture of. The chain before has columns of them, or 0 if it does not tell.
func (w *weights) mixtureMADE(net string, columns int) dist.Distribution {
	wrapper := w.class(strings.TrimSuffix(net, "_made.")) == "MADEMoGWrapper"
	if first := w.shape(net+"initial_layer.weight", 2)[1]; wrapper || first == columns+1 {
		w.withoutFirst(net)
	}
	p, blocks := w.nflowsMasked(net)
	d := len(p.position)
	if columns > 0 && d != columns {
		fail("tensor %q: got %d columns, want %d: others are not supported", net+"initial_layer.weight", d, columns)
	}
	if columns == 0 && d > 1 {
		w.asked("whether the MADEMoG is sbi's, with a column of zeros before the others", fmt.Sprintf(`Settings.Modules[%q].Class, "MADEMoG" or "MADEMoGWrapper"`, w.path(strings.TrimSuffix(net, "_made."))))
	}
	outputs := w.outputsOf(net)
	k := outputs / (3 * d)
	if k*3*d != outputs {
		fail("%s*: got %d outputs, want 3 for each component of %d columns", net, outputs, d)
	}
	head := dist.MixtureHead{Components: k, MinScale: w.float(net, "epsilon", 1e-2)}
	l := layout{k: 3 * k, at: func(j, i, _ int) int { return 3*k*j + i%k*3 + i/k }}
	if p.residual && w.has(net+"blocks.0.batch_norm_layers.") {
		fail("%s*: batch normalisation in the residual blocks of a MADEMoG is not supported", net)
	}
	context := net + "context_layer."
	if t := w.tensors[context+"weight"]; t != nil && t.Len() == 0 {
		w.unused(net, blocks)
	} else if w.has(context) {
		before, made := w.inContext(net, p, l, nn.Linear)
		return dist.NewEmbedded(before, restored(&dist.MADE{Net: made.MADE, Head: head}))
	}
	return restored(&dist.MADE{Net: w.made(p, l).MADE, Head: head})
}

// withoutFirst takes the first column, which sbi puts before the others as zeros, from a masked network.
func (w *weights) withoutFirst(net string) {
	d := w.shape(net+"initial_layer.weight", 2)[1]
	for _, name := range []string{"weight", "mask"} {
		name = net + "initial_layer." + name
		shape := w.shape(name, 2)
		x, kept := w.floats(name, shape...), []float64(nil)
		for row := range slices.Chunk(x, shape[1]) {
			kept = append(kept, row[1:]...)
		}
		w.replace(name, kept, shape[0], shape[1]-1)
	}
	outputs := w.outputsOf(net)
	each := outputs / d
	for _, name := range []string{"weight", "mask", "bias", "degrees"} {
		name = net + "final_layer." + name
		x, width := w.row(name), w.tensors[name].Len()/outputs
		if each < 1 || width*outputs != len(x) {
			fail("tensor %q: got shape %v, want as many numbers for each of %d outputs", name, w.tensors[name].Shape, outputs)
		}
		x = slices.Clone(x[each*width:])
		shape := slices.Clone(w.tensors[name].Shape)
		shape[0] -= each
		for i := range x {
			if strings.HasSuffix(name, "degrees") {
				x[i]--
			}
		}
		w.replace(name, x, shape...)
	}
}

// replace puts other numbers in the place of a tensor.
func (w *weights) replace(name string, x []float64, shape ...int) {
	if len(x) == 0 {
		fail("tensor %q: got no numbers beside those of a column of zeros", name)
	}
	t := safetensors.Floats(name, x, shape...)
	w.tensors[name] = &t
}
