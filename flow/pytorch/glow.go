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
// GlowBlocks and a Squeeze, and gets a part of the base distribution.
func (w *weights) multiscale() (dist.Distribution, bijector.Chain) {
	levels := w.count(w.root + "flows.")
	if class := w.class(w.root + "transform"); class != "" {
		fail("module \"transform\" of class %q of a MultiscaleFlow is not supported", class)
	}
	w.asked("whether the model has a transform of the data without tensors", `Settings.Modules["transform"]`)
	if levels != w.count(w.root+"q0.") {
		fail("got %d levels and %d base distributions, want as many", levels, w.count(w.root+"q0."))
	}
	var b []bijector.Bijector
	var dims []int
	var loc, logScale []float64
	for i := range levels {
		name := fmt.Sprintf("%sq0.%d.", w.root, i)
		shape := w.shape(name+"loc", 4)
		if shape[0] != 1 || w.holds(name+"loc_logs") || !w.holds(name+"log_scale") {
			fail("%s*: a base distribution that depends on classes, or is one for each channel (class %q), is not supported", name, w.class(name))
		}
		c, h, v := shape[1], shape[2], shape[3]
		loc = append(loc, w.floats(name+"loc", 1, c, h, v)...)
		logScale = append(logScale, w.floats(name+"log_scale", 1, c, h, v)...)
		if i > 0 {
			c *= 2
		}
		b = append(b, w.glowLevel(fmt.Sprintf("%sflows.%d.", w.root, i), c, h, v))
		dims = append(dims, c*h*v)
		if dims[i] != len(loc) {
			fail("tensor %q: got shape %v, want as many numbers as the levels before have", name+"loc", shape)
		}
	}
	m := restored(&bijector.Multiscale{Levels: b, Dims: dims})
	return w.gaussian(loc, logScale), bijector.Chain{m}
}

// glowLevel reads the blocks of a level of c channels, and its squeeze.
func (w *weights) glowLevel(prefix string, c, height, width int) bijector.Bijector {
	if c%4 != 0 {
		fail("%s*: got %d channels, want a multiple of 4", prefix, c)
	}
	var chain bijector.Chain
	for k := range w.count(prefix) {
		p := fmt.Sprintf("%s%d.flows.", prefix, k)
		coupling := w.imageCoupling(p+"0.flows.1.param_map.net.", c, height, width)
		norm := restored(&bijector.ActNorm{Shift: param(w.floats(p+"2.t", 1, c, 1, 1)), LogScale: param(w.floats(p+"2.s", 1, c, 1, 1)), Initialized: true})
		w.ignore(p + "2.data_dep_init_done")
		pixel := bijector.Chain{bijector.NewInvert(w.conv1x1(p+"1.", c)), norm}
		chain = append(chain, coupling, bijector.NewPerPixel(pixel, height*width))
	}
	if !w.squeezed(prefix) {
		fail("%s*: a level without Squeeze at its end is not supported", prefix)
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
	group := 2
	layers := w.sequence(net)
	if w.shape(layers[len(layers)-1]+"bias", 1)[0] == half {
		c.Map, group = bijector.Additive{}, 1
	} else {
		c.Map = w.affine(net, "scale_map", bijector.GlowScale, normflowsScales)
	}
	if mode := w.text(strings.TrimSuffix(net, "1.param_map.net.")+"0.", "channel", "how the channels are split", "split_mode", "mode"); mode != "channel" {
		fail("%s*: the split mode %q is not supported", net, mode)
	}
	rectifier := w.activation(net)
	m := &nn.ConvNet{Group: group}
	for i, name := range layers {
		act := rectifier
		if i == len(layers)-1 {
			act = nn.Linear
		}
		m.Layers = append(m.Layers, w.conv(name, height, width, act))
	}
	c.Net = restored(m)
	return restored(c)
}

// conv reads a torch.nn.Conv2d: [out, in, size, size] becomes (size·size·in)×out.
func (w *weights) conv(prefix string, height, width int, act nn.Activation) nn.Conv2D {
	shape := w.shape(prefix+"weight", 4)
	out, in, size := shape[0], shape[1], shape[2]
	taps := size * size
	l := nn.Conv2D{Height: height, Width: width, Size: size, Act: act,
		W: autodiff.NewParam(taps*in, out, nil), B: param(w.floats(prefix+"bias", out))}
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
