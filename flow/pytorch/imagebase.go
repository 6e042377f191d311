package pytorch

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
)

// An imageBase is the base distribution of all levels: means and logarithms of scales, and what classes add to these.
type imageBase struct {
	loc, logScale []float64
	classes       [][2][]float64
}

// imageBase reads the base distribution of one level, and returns its channels, height and width.
func (w *weights) imageBase(p string, base *imageBase) (c, height, width int) {
	switch class := w.class(p); {
	case w.holds(p + "loc_logs"):
		return w.glowBase(p, base)
	case !w.holds(p+"loc") || !w.holds(p+"log_scale"):
		fail("%s*: a base distribution of such tensors (class %q) is not supported", p, class)
	case class == "ClassCondDiagGaussian" || class == "" && w.shape(p+"loc", 4)[0] != 1:
		shape := w.shape(p+"loc", 4)
		c, height, width, k := shape[0], shape[1], shape[2], shape[3]
		loc, logScale := w.floats(p+"loc", shape...), w.floats(p+"log_scale", shape...)
		if class == "" {
			w.asked("the base distribution", fmt.Sprintf("Settings.Modules[%q].Class, such as \"ClassCondDiagGaussian\"", w.path(p)))
		}
		n := c * height * width
		of := make([][2][]float64, k)
		for i := range of {
			of[i] = [2][]float64{make([]float64, n), make([]float64, n)}
			for j := range n {
				of[i][0][j], of[i][1][j] = loc[j*k+i], logScale[j*k+i]
			}
		}
		base.add(p, make([]float64, n), make([]float64, n), of)
		return c, height, width
	}
	shape := w.shape(p+"loc", 4)
	if shape[0] != 1 {
		fail("tensor %q: got shape %v, want 1 first", p+"loc", shape)
	}
	base.add(p, w.floats(p+"loc", shape...), w.floats(p+"log_scale", shape...), nil)
	return shape[1], shape[2], shape[3]
}

// glowBase reads a GlowBase, which has one mean and one scale for each channel.
func (w *weights) glowBase(p string, base *imageBase) (c, height, width int) {
	c = w.shape(p+"loc", 4)[1]
	height, width = w.imageSize(p, c)
	factor := w.float(p, "logscale_factor", 3)
	n, each := c*height*width, height*width
	var parts [2][]float64
	for i, name := range []string{"loc", "log_scale"} {
		gain := w.floats(p+name+"_logs", 1, c, 1, 1)
		for j := range gain {
			gain[j] *= factor
		}
		gain = exps(gain)
		for j, v := range w.floats(p+name, 1, c, 1, 1) {
			parts[i] = append(parts[i], repeated(v*gain[j], each)...)
		}
	}
	var of [][2][]float64
	if w.holds(p + "loc_cc") {
		k := w.shape(p+"loc_cc", 2)[0]
		loc, logScale := w.floats(p+"loc_cc", k, c), w.floats(p+"log_scale_cc", k, c)
		for i := range k {
			var add [2][]float64
			for j := range n {
				add[0] = append(add[0], loc[i*c+j/each])
				add[1] = append(add[1], logScale[i*c+j/each])
			}
			of = append(of, add)
		}
	}
	base.add(p, parts[0], parts[1], of)
	return c, height, width
}

func repeated(v float64, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = v
	}
	return x
}

// imageSize returns height and width of a distribution of c channels, which its attribute shape tells.
func (w *weights) imageSize(p string, c int) (height, width int) {
	value, ok := w.attribute(p, "shape")
	list, _ := value.([]any)
	if !ok {
		w.ask("the size of the images of "+p+"*", fmt.Sprintf(`Settings.Modules[%q].Attributes["shape"], such as []any{%d, 4, 4}`, w.path(p), c))
		w.open()
	}
	size := make([]int, 3)
	for i := range size {
		v := math.NaN()
		if len(list) == 3 {
			v = w.toFloat(p, "shape", list[i])
		}
		if !(v >= 1 && v <= 4096) || v != math.Trunc(v) || i == 0 && int(v) != c {
			fail("module %q of class %q: got shape %v, want %d channels, height and width", w.path(p), w.class(p), value, c)
		}
		size[i] = int(v)
	}
	if n := size[0] * size[1] * size[2]; n > 1<<20 {
		fail("module %q of class %q: got %d numbers of an image, want at most %d", w.path(p), w.class(p), n, 1<<20)
	}
	return size[1], size[2]
}

// add appends the distribution of a level.
func (b *imageBase) add(p string, loc, logScale []float64, classes [][2][]float64) {
	if len(b.loc) > 0 && len(classes) != len(b.classes) {
		fail("%s*: got %d classes, want the %d of the levels before", p, len(classes), len(b.classes))
	}
	b.loc, b.logScale = append(b.loc, loc...), append(b.logScale, logScale...)
	if b.classes == nil {
		b.classes = make([][2][]float64, len(classes))
	}
	for i, of := range classes {
		for k := range of {
			b.classes[i][k] = append(b.classes[i][k], of[k]...)
		}
	}
}

// ofClasses returns the map from a standard normal distribution to that of each class: a class is a one-hot row of the context.
func (b *imageBase) ofClasses() bijector.Bijector {
	d, k := len(b.loc), len(b.classes)
	l := nn.Layer{W: autodiff.NewParam(k, 2*d, nil), B: autodiff.NewParam(1, 2*d, nil), Act: nn.Linear}
	for j := range d {
		l.B.Data()[2*j], l.B.Data()[2*j+1] = b.loc[j], b.logScale[j]
		for i, of := range b.classes {
			l.W.Data()[i*2*d+2*j], l.W.Data()[i*2*d+2*j+1] = of[0][j], of[1][j]
		}
	}
	return restored(&bijector.Coupling{Change: bijector.Columns(0, d), Map: bijector.Affine{Scale: bijector.Exponential}, Cond: k, Net: &nn.MLP{Layers: []nn.Layer{l}}})
}
