package pytorch

import (
	"fmt"
	"strings"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/kernel"
)

// multiscale reads a normflows.MultiscaleFlow of Glow: each level is some
// GlowBlocks and as a rule a Squeeze, and gets a part of the base distribution.
func (w *weights) multiscale() (dist.Distribution, bijector.Chain) {
	levels := w.count(w.root + "flows.")
	if levels != w.count(w.root+"q0.") {
		fail("got %d levels and %d base distributions, want as many", levels, w.count(w.root+"q0."))
	}
	var b []bijector.Bijector
	var dims []int
	base := new(imageBase)
	for i := range levels {
		name := fmt.Sprintf("%sq0.%d.", w.root, i)
		c, height, width := w.imageBase(name, base)
		if i > 0 {
			c *= 2
		}
		b = append(b, w.glowLevel(fmt.Sprintf("%sflows.%d.", w.root, i), c, height, width))
		dims = append(dims, c*height*width)
		if dims[i] != len(base.loc) {
			fail("tensor %q: got shape %v, want as many numbers as the levels before have", name+"loc", w.tensors[name+"loc"].Shape)
		}
	}
	chain := bijector.Chain{restored(&bijector.Multiscale{Levels: b, Dims: dims})}
	switch transform := w.root + "transform"; w.class(transform) {
	case "":
		w.asked("whether the model has a transform of the data without tensors", `Settings.Modules["transform"]`)
	case "Shift":
		chain = append(chain, bijector.NewShift(autodiff.Fixed(-w.float(transform, "shift", -0.5))))
	default:
		chain = append(chain, w.silent(transform, len(base.loc)))
	}
	if len(base.classes) == 0 {
		return w.gaussian(base.loc, base.logScale), chain
	}
	return dist.NewStdNormal(len(base.loc)), append(bijector.Chain{base.ofClasses()}, chain...)
}

// glowLevel reads the blocks of a level of c channels, and its squeeze.
func (w *weights) glowLevel(prefix string, c, height, width int) bijector.Bijector {
	var chain bijector.Chain
	for k := range w.count(prefix) {
		p := fmt.Sprintf("%s%d.flows.", prefix, k)
		coupling := w.imageCoupling(p+"0.flows.1.param_map.net.", c, height, width)
		norm := restored(&bijector.ActNorm{Shift: param(w.floats(p+"2.t", 1, c, 1, 1)), LogScale: param(w.floats(p+"2.s", 1, c, 1, 1)), Initialized: true})
		w.ignore(p + "2.data_dep_init_done")
		var mix bijector.Bijector
		if w.holds(p + "1.W") {
			mix = w.dense(w.floats(p+"1.W", c, c), c, autodiff.Value{})
		} else {
			mix = w.conv1x1(p+"1.", c)
		}
		pixel := bijector.Chain{bijector.NewInvert(mix), norm}
		chain = append(chain, coupling, bijector.NewPerPixel(pixel, height*width))
	}
	if !w.squeezed(prefix) {
		return chain
	}
	if c%4 != 0 {
		fail("%s*: got %d channels before a Squeeze, want a multiple of 4", prefix, c)
	}
	squeeze := restored(&bijector.Squeeze{Channels: c / 4, Height: 2 * height, Width: 2 * width})
	return append(chain, bijector.NewInvert(squeeze))
}

// squeezed reports whether the last module of a level, which has no tensors, is a Squeeze.
func (w *weights) squeezed(prefix string) bool {
	n, path := w.count(prefix), strings.TrimPrefix(prefix, w.root)
	for _, p := range w.paths {
		if k, ok := number(p+".", path); ok && k >= n && p == fmt.Sprint(path, k) {
			return k == n && w.modules[p].Class == "Squeeze"
		}
	}
	for _, p := range w.paths {
		if strings.HasPrefix(p, path) {
			return false // told, and not there
		}
	}
	w.asked("whether each level of a MultiscaleFlow ends in a Squeeze", fmt.Sprintf("Settings.Modules[%q].Class, such as \"Squeeze\"", fmt.Sprint(path, n)))
	return true
}

// imageCoupling reads the coupling of a GlowBlock, which keeps the first half of
// the channels.
func (w *weights) imageCoupling(net string, channels, height, width int) *bijector.Coupling {
	half, pixels := channels/2, height*width
	c := &bijector.Coupling{
		Keep: bijector.Columns(0, half*pixels), Change: bijector.Columns(half*pixels, channels*pixels),
	}
	switch mode := w.text(strings.TrimSuffix(net, "1.param_map.net.")+"0.", "channel", "how the channels are split", "split_mode", "mode"); mode {
	case "channel":
	case "channel_inv":
		c.Keep, c.Change = c.Change, c.Keep
	default:
		fail("%s*: the split mode %q is not supported", net, mode)
	}
	group := 2
	layers, norms := w.convolutions(net)
	if w.shape(layers[len(layers)-1]+"bias", 1)[0] == half {
		c.Map, group = bijector.Additive{}, 1
	} else {
		c.Map = w.affine(net, "scale_map", bijector.GlowScale, normflowsScales)
	}
	rectifier := w.activation(net)
	m := &nn.ConvNet{Group: group}
	for i, name := range layers {
		act := rectifier
		if i == len(layers)-1 {
			act = nn.Linear
		}
		l := w.conv(name, height, width, act, norms[i] == "" || w.holds(name+"bias"))
		if norms[i] != "" {
			w.normaliseConv(l, norms[i])
		}
		m.Layers = append(m.Layers, l)
	}
	c.Net = restored(m)
	return restored(c)
}

// convolutions returns the prefixes of the convolutions of a ConvNet2d, and of the ActNorms behind them.
func (w *weights) convolutions(net string) (layers, norms []string) {
	for i := range w.count(net) {
		name := fmt.Sprintf("%s%d.", net, i)
		switch {
		case w.holds(name + "weight"):
			layers, norms = append(layers, name), append(norms, "")
		case w.has(name+"actNorm.") && len(norms) > 0:
			norms[len(norms)-1] = name + "actNorm."
		case w.has(name):
			w.unknownModule(name)
		}
	}
	if len(layers) == 0 {
		fail("%s*: tensor %q is missing", net, net+"0.weight")
	}
	return layers, norms
}

// normaliseConv makes a convolution give exp(s)·y + t.
func (w *weights) normaliseConv(l nn.Conv2D, norm string) {
	_, out := l.W.Dims()
	s, t := exps(w.floats(norm+"s", 1, out, 1, 1)), w.floats(norm+"t", 1, out, 1, 1)
	w.ignore(norm + "data_dep_init_done")
	for i := range l.W.Data() {
		l.W.Data()[i] *= s[i%out]
	}
	for j, b := range l.B.Data() {
		l.B.Data()[j] = float64(s[j]*b) + t[j]
	}
}

// conv reads a torch.nn.Conv2d: [out, in, size, size] becomes (size·size·in)×out.
func (w *weights) conv(prefix string, height, width int, act nn.Activation, biased bool) nn.Conv2D {
	shape := w.shape(prefix+"weight", 4)
	out, in, size := shape[0], shape[1], shape[2]
	taps := size * size
	l := nn.Conv2D{Height: height, Width: width, Size: size, Act: act, W: autodiff.NewParam(taps*in, out, nil), B: autodiff.NewParam(1, out, nil)}
	if biased {
		copy(l.B.Data(), w.floats(prefix+"bias", out))
	}
	for j, v := range w.floats(prefix+"weight", out, in, size, size) {
		o, c, tap := j/(in*taps), j/taps%in, j%taps
		l.W.Data()[(tap*in+c)*out+o] = v
	}
	return l
}

// conv1x1 reads the matrix P·L·U of an Invertible1x1Conv, from data to base; the
// diagonal of U has signs of its own.
func (w *weights) conv1x1(p string, d int) *bijector.LU {
	lower, upper, perm := w.floats(p+"L", d, d), w.floats(p+"U", d, d), w.floats(p+"P", d, d)
	diag, sign := make([]float64, d), w.floats(p+"sign_S", d)
	kernel.Exp(diag, w.floats(p+"log_S", d))
	w.ignore(p + "eye")
	factors := autodiff.NewParam(d, d, nil)
	order := make([]int, d)
	for i := range d {
		factors.Data()[i*d+i] = sign[i] * diag[i]
		order[i] = -1
		for j := range d {
			switch {
			case j < i:
				factors.Data()[i*d+j] = lower[i*d+j]
			case j > i:
				factors.Data()[i*d+j] = upper[i*d+j]
			}
			if perm[i*d+j] == 1 {
				order[i] = j
			}
		}
	}
	factors.Freeze(true) // its diagonal may have both signs, which learned ones cannot
	return restored(&bijector.LU{Factors: factors, Diag: autodiff.Fixed(diagonal(factors)...), Perm: order})
}

func diagonal(m *autodiff.Param) []float64 {
	d, _ := m.Dims()
	x := make([]float64, d)
	for i := range x {
		x[i] = m.Data()[i*d+i]
	}
	return x
}
