package pytorch

import (
	"fmt"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/safetensors"
)

// zuko reads a zuko.flows.Flow: transforms from data to base.
func (w *weights) zuko() (dist.Distribution, bijector.Chain) {
	if w.holds(w.root + "phi.2") {
		return w.zukoMixture(w.root), nil
	}
	base := w.zukoBase(w.root + "base.")
	d := base.Dim()
	if w.has(w.root + "transforms.") { // zuko 0.3
		return base, w.zukoComposed(w.root+"transforms.", d)
	}
	return base, w.zukoTransform(w.root+"transform.", d)
}

// zukoComposed reads a list of transforms and returns them from base to data.
func (w *weights) zukoComposed(prefix string, d int) (chain bijector.Chain) {
	for i := range w.layers(prefix) {
		chain = append(w.zukoTransform(fmt.Sprintf("%s%d.", prefix, i), d), chain...)
	}
	return chain
}

// zukoTransform reads one transform.
func (w *weights) zukoTransform(p string, d int) bijector.Chain {
	switch {
	case w.has(p + "transforms."):
		return w.zukoComposed(p+"transforms.", d)
	case w.has(p + "transform."), w.class(p) == "LazyInverse":
		return bijector.Chain{bijector.NewInvert(bijector.Chain(w.zukoTransform(p+"transform.", d)))}
	case w.holds(p+"mask") && w.has(p+"hyper."):
		return bijector.Chain{w.zukoCoupling(p, d)}
	case w.has(p+"univariate.network.") || w.has(p+"univariate.integrand."):
		return w.zukoNeural(p, d)
	case w.has(p+"hyper.0.mask") && w.hasBlocks(p+"hyper."):
		return w.zukoResidual(p, d)
	case w.has(p + "hyper.0.mask"):
		return bijector.Chain{w.zukoAutoregressive(p, d)}
	case w.has(p + "hyper."):
		return bijector.Chain{w.zukoConditional(p, d)}
	case w.has(p + "phi."):
		return bijector.Chain{w.zukoElementwise(p, d)}
	case w.holds(p+"loc") && w.holds(p+"scale"):
		return bijector.Chain{bijector.NewInvert(w.diagonal(p+"loc", p+"scale"))}
	case w.has(p + "ode."):
		return bijector.Chain{w.zukoContinuous(p, d)}
	case w.holds(p + "A"):
		return bijector.Chain{bijector.NewInvert(bijector.NewRotation(skew(w.floats(p+"A", d, d), d)))}
	case w.holds(p + "_0"):
		return bijector.Chain{bijector.NewInvert(w.zukoFunction(p, d))}
	}
	return bijector.Chain{bijector.NewInvert(w.silent(p, d))}
}

// diagonal reads y = scale·x + shift.
func (w *weights) diagonal(shift, scale string) *bijector.Diagonal {
	return restored(&bijector.Diagonal{Scale: autodiff.Fixed(w.row(scale)...), Shift: autodiff.Fixed(w.row(shift)...)})
}

// row reads numbers of any shape.
func (w *weights) row(name string) []float64 {
	t := w.tensors[name]
	if t == nil {
		fail("tensor %q is missing", name)
	}
	return w.floats(name, t.Shape...)
}

// zukoFunction reads a transform that is a function of tensors that have no names.
func (w *weights) zukoFunction(p string, d int) bijector.Bijector {
	class, _ := w.partial(p, "f")
	if class == "" {
		class, _ = w.partial(p, "meta")
	}
	shape := w.tensors[p+"_0"].Shape
	if class == "" {
		switch {
		case w.holds(p + "_1"):
			class = "AffineTransform"
		case len(shape) == 2:
			class = "RotationTransform"
		case len(shape) == 1 && w.tensors[p+"_0"].Type == safetensors.I64:
			class = "PermutationTransform"
		}
		w.asked("the transform of the tensors at "+p+"*", fmt.Sprintf(`Settings.Modules[%q].Attributes["f"], such as %q`, w.path(p), class))
		if class == "RotationTransform" && !w.described {
			w.ask("the transform of the matrix at "+p+"_0", fmt.Sprintf(`Settings.Modules[%q].Attributes["f"], "RotationTransform" or "LULinearTransform"`, w.path(p)))
		}
	}
	switch class {
	case "AffineTransform":
		return w.diagonal(p+"_0", p+"_1")
	case "PermutationTransform":
		return bijector.NewPermute(w.permutation(p+"_0", d)...)
	case "RotationTransform":
		return restored(&bijector.Rotation{A: skew(w.floats(p+"_0", d, d), d)})
	case "LULinearTransform":
		return w.dense(lowerUpper(w.floats(p+"_0", d, d), d), d, autodiff.Value{})
	}
	fail("%s_0: the transform %q is not supported", p, class)
	return nil
}

// skew returns a matrix whose part below the diagonal is that of a − aᵀ.
func skew(a []float64, d int) *autodiff.Param {
	s := autodiff.NewParam(d, d, nil)
	for i := range d {
		for j := range i {
			s.Data()[i*d+j] = a[i*d+j] - a[j*d+i]
		}
	}
	return s
}

// zukoBase reads the base distribution.
func (w *weights) zukoBase(p string) dist.Distribution {
	class, _ := w.partial(p, "f")
	switch {
	case class == "BoxUniform" || class == "BoxUniformTransform":
		low, high := w.row(p+w.either(p, "lower", "_0")), w.row(p+w.either(p, "upper", "_1"))
		return w.box(low, high)
	case w.has(p + "phi."):
		return w.zukoMixture(p)
	case class != "" && class != "DiagNormal":
		fail("base %s*: the distribution %q is not supported", p, class)
	case w.holds(p+"lower") && w.holds(p+"upper"):
		return w.box(w.row(p+"lower"), w.row(p+"upper"))
	}
	loc, scale := p+w.either(p, "loc", "_0"), p+w.either(p, "scale", "_1")
	d := w.shape(loc, 1)[0]
	if class == "" && w.holds(p+"_0") {
		w.asked("the base distribution", fmt.Sprintf(`Settings.Modules[%q].Attributes["f"], such as "DiagNormal"`, w.path(p)))
	}
	if s := w.floats(scale, d); slices.Min(s) <= 0 {
		fail("tensor %q: got %v, want positive numbers", scale, slices.Min(s))
	}
	return fixedNormal(w.floats(loc, d), w.floats(scale, d))
}

// either returns the first name of a tensor that is there.
func (w *weights) either(p, a, b string) string {
	if w.holds(p + a) {
		return a
	}
	return b
}

// box returns the uniform distribution of a box.
func (w *weights) box(low, high []float64) dist.Distribution {
	for j := range low {
		if len(low) != len(high) || !(low[j] < high[j]) {
			fail("base: got a box from %v to %v, want lower bounds below upper ones", low, high)
		}
	}
	return dist.NewUniform(len(low), autodiff.Fixed(low...), autodiff.Fixed(high...))
}

// fixedNormal returns the normal distribution, the standard one if it is that.
func fixedNormal(loc, scale []float64) dist.Distribution {
	one := func(x float64) bool { return x != 1 }
	if !slices.ContainsFunc(loc, func(x float64) bool { return x != 0 }) && !slices.ContainsFunc(scale, one) {
		return dist.NewStdNormal(len(loc))
	}
	return dist.NewNormal(len(loc), autodiff.Fixed(loc...), autodiff.Fixed(scale...))
}

// zukoLayout is that of a network with so many outputs.
func (w *weights) zukoLayout(p string, outputs, columns int) layout {
	if outputs%columns != 0 {
		fail("%s*: got %d outputs, want as many for each of %d columns", p, outputs, columns)
	}
	return toBase(w.univariate(p, outputs/columns), byColumn(outputs/columns))
}

func (w *weights) zukoCoupling(p string, d int) *bijector.Coupling {
	c := new(bijector.Coupling)
	for j, kept := range w.floats(p+"mask", d) {
		if kept != 0 {
			c.Keep = append(c.Keep, j)
		} else {
			c.Change = append(c.Change, j)
		}
	}
	if len(c.Change) == 0 {
		fail("tensor %q: got a mask of all columns", p+"mask")
	}
	return w.coupling(c, p+"hyper.", w.zukoLayout(p, w.outputsOf(p+"hyper."), len(c.Change)))
}

// coupling completes a coupling with its network.
func (w *weights) coupling(c *bijector.Coupling, net string, l layout) *bijector.Coupling {
	if got, want := w.outputsOf(net), len(c.Change)*l.m.Params(); got != want {
		fail("%s*: got %d outputs, want %d for %d columns", net, got, want, len(c.Change))
	}
	c.Map, c.Net, c.Clip = l.m, w.conditioner(net, len(c.Change), l), w.clip(net)
	if c.Cond = c.Net.In() - len(c.Keep); c.Cond < 0 {
		fail("%s*: got %d inputs, want at least %d", net, c.Net.In(), len(c.Keep))
	}
	return restored(c)
}

// zukoConditional reads a transform of columns by parameters that depend on the context alone.
func (w *weights) zukoConditional(p string, d int) *bijector.Coupling {
	return w.coupling(&bijector.Coupling{Change: bijector.Columns(0, d)}, p+"hyper.", w.zukoLayout(p, w.outputsOf(p+"hyper."), d))
}

// zukoElementwise reads a transform of columns by parameters that are numbers.
func (w *weights) zukoElementwise(p string, d int) bijector.Bijector {
	var parts [][]float64
	var widths []int
	total := 0
	for i := range w.listed(p + "phi.") {
		x := w.row(fmt.Sprintf("%sphi.%d", p, i))
		if len(x)%d != 0 {
			fail("tensor %q: got %d numbers, want as many for each of %d columns", fmt.Sprintf("%sphi.%d", p, i), len(x), d)
		}
		parts, widths, total = append(parts, x), append(widths, len(x)/d), total+len(x)/d
	}
	e := &bijector.Elementwise{Map: toBase(w.univariate(p, total), byColumn(total)).m, Raw: autodiff.NewParam(1, d*total, nil)}
	raw := e.Raw.Data()[:0]
	for j := range d {
		for i, x := range parts {
			raw = append(raw, x[j*widths[i]:(j+1)*widths[i]]...)
		}
	}
	return restored(e)
}

func (w *weights) zukoAutoregressive(p string, d int) *bijector.Autoregressive {
	net := maskedNet{layers: w.sequence(p + "hyper."), act: w.activation(p + "hyper.")}
	if w.holds(p + "order") {
		net.position = ranks(w.indices(p+"order", d))
	} else {
		net.position = w.ordered(net, d)
	}
	if len(net.position) != d {
		fail("tensor %q: got %d numbers, want %d", p+"order", len(net.position), d)
	}
	l := w.zukoLayout(p, w.outputsOf(p+"hyper."), d)
	return restored(&bijector.Autoregressive{Net: w.made(net, l).MADE, Map: l.m, Clip: w.clip(p)})
}

// clip returns where the columns that a network sees are clipped, as [Loader] has it; 0 is nowhere.
func (w *weights) clip(p string) float64 { return w.float(p, "clip", 0) }

// ranks returns places of columns in an order, given those of their groups.
func ranks(groups []int) []int {
	order := orAll(nil, len(groups))
	slices.SortStableFunc(order, func(a, b int) int { return groups[a] - groups[b] })
	return invert(order)
}
