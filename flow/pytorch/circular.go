package pytorch

import (
	"fmt"
	"math"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
)

// A columnSplines says what the splines of normflows' circular layers are, which differ from column to column: all
// have 3·K+1 parameters, of which those with linear tails need 3·K−1 and circular ones 3·K.
type columnSplines struct {
	maps   []bijector.Spline // of each column
	params int               // per column, of the library
	divide float64           // parameters for sizes are divided by it
}

// varied reports whether the splines of a layer of normflows differ from column to column.
func (w *weights) varied(path string) bool {
	tails, _ := w.attribute(path, "tails")
	if _, list := tails.([]any); list {
		return true
	}
	_, told := w.attribute(path, "ind_circ")
	return told || w.holds(path+"tail_bound")
}

// columnSplines returns the splines of the given columns, whose tails and bounds the module at path has.
func (w *weights) columnSplines(path string, columns []int, params int, divide float64) columnSplines {
	if params < 4 || params%3 != 1 {
		fail("%s*: got %d numbers per column, want 3·K+1 for splines of K bins whose tails differ", path, params)
	}
	s := columnSplines{params: params, divide: divide}
	circular := w.circularColumns(path, columns)
	bounds := make([]float64, len(columns))
	if w.holds(path + "tail_bound") {
		bounds = w.floats(path+"tail_bound", len(columns))
	} else {
		for i := range bounds {
			bounds[i] = w.float(path, "tail_bound", 3)
		}
	}
	for i := range columns {
		m := bijector.Spline{Bins: params / 3, Bound: bounds[i]}
		if circular[i] {
			m.Tails = bijector.CircularTails
		}
		w.leasts(path, &m)
		if err := m.Restore(); err != nil {
			fail("%s*: %v", path, err)
		}
		s.maps = append(s.maps, m)
	}
	return s
}

// circularColumns returns which of the columns are circular: by the list of tails of the module, or that of circular columns
// that its constructor was given.
func (w *weights) circularColumns(path string, columns []int) []bool {
	circular := make([]bool, len(columns))
	value, _ := w.attribute(path, "tails")
	if tails, ok := value.([]any); ok {
		if len(tails) != len(columns) {
			fail("module %q of class %q: got tails %v, want %d", w.path(path), w.class(path), tails, len(columns))
		}
		for i, t := range tails {
			if circular[i] = t == "circular"; t != "circular" && t != "linear" {
				fail("module %q of class %q: splines with tails %v are not supported", w.path(path), w.class(path), t)
			}
		}
		return circular
	}
	value, _ = w.attribute(path, "ind_circ")
	list, ok := value.([]any)
	if !ok {
		w.ask("which columns are circular", fmt.Sprintf(`Settings.Modules[%q].Attributes["ind_circ"], such as []any{1}`, w.path(path)))
	}
	for _, v := range list {
		j := w.toFloat(path, "ind_circ", v)
		for i, c := range columns {
			circular[i] = circular[i] || float64(c) == j
		}
	}
	return circular
}

// layout returns that of the network's outputs for column i alone.
func (s columnSplines) layout(i int) layout {
	m := s.maps[i]
	k := m.Bins
	at := func(_, n, _ int) int { // slopes begin with that at the lower end
		if n >= 2*k && m.Tails != bijector.CircularTails {
			n++
		}
		return i*s.params + n
	}
	l := toBase(m, at)
	l.of = len(s.maps) * s.params
	l.adjust = func(n int) (scale, shift float64) {
		if n%m.Params() < 2*k {
			return 1 / s.divide, 0
		}
		return 1, -slopeOne(m)
	}
	return l
}

// circularCoupling reads a coupling of normflows whose splines differ from column to column: one for each of those that c changes.
func (w *weights) circularCoupling(prefix string, c *bijector.Coupling, params int) bijector.Chain {
	net := prefix + "transform_net."
	s := w.columnSplines(prefix, c.Change, params, w.hiddenRoot(net))
	var chain bijector.Chain
	for i, j := range c.Change {
		l, n := s.layout(i), len(c.Keep)
		one := &bijector.Coupling{Keep: bijector.Columns(0, n), Change: []int{n}, Map: l.m, Net: w.conditioner(net, 1, l)}
		if one.Cond = one.Net.In() - n; one.Cond != 0 {
			fail("%s*: circular splines with a context are not supported", net)
		}
		one.Net = w.seesCircles(net+"preprocessing.", one.Keep, one.Net)
		chain = append(chain, bijector.NewSubset(restored(one), append(slices.Clone(c.Keep), j)...))
	}
	own := prefix + "unconditional_transform."
	if !w.has(own) {
		return chain
	}
	before := bijector.Chain{}
	for i, m := range w.ownCircular(own, c.Keep) {
		before = append(before, bijector.NewSubset(m, c.Keep[i]))
	}
	return append(before, chain...)
}

// ownCircular reads the splines of columns that a coupling passes on.
func (w *weights) ownCircular(own string, columns []int) (maps []*bijector.Elementwise) {
	shape := w.shape(own+"unnormalized_widths", 2)
	n, k := shape[0], shape[1]
	widths, heights := w.floats(own+"unnormalized_widths", n, k), w.floats(own+"unnormalized_heights", n, k)
	slopes := w.floats(own+"unnormalized_derivatives", n, k+1)
	s := w.columnSplines(own, columns, 3*k+1, 1)
	for i := range columns {
		l := s.layout(i)
		all := slices.Concat(widths[i*k:(i+1)*k], heights[i*k:(i+1)*k], slopes[i*(k+1):(i+1)*(k+1)])
		e := &bijector.Elementwise{Map: l.m, Raw: autodiff.NewParam(1, l.m.Params(), nil)}
		for n := range e.Raw.Data() {
			_, shift := l.adjust(n)
			e.Raw.Data()[n] = all[l.at(0, n, 1)-i*s.params] + shift
		}
		maps = append(maps, restored(e))
	}
	return maps
}

// circularAutoregressive reads a masked transform of normflows whose splines differ from column to column, as a coupling
// for each column.
func (w *weights) circularAutoregressive(prefix string, p maskedNet, params int) bijector.Chain {
	net := prefix + "autoregressive_net."
	if w.has(net + "context_layer.") {
		fail("%s*: circular splines with a context are not supported", net)
	}
	d := len(p.position)
	s := w.columnSplines(prefix, orAll(nil, d), params, 1)
	mapOf := func(j int) bijector.Univariate { return s.layout(j).m }
	return w.columnwise(net, p, mapOf, 0, func(c *bijector.Coupling) nn.Network {
		return w.seesCircles(net+"preprocessing.", c.Keep, w.columnNet(net, c, p, s.layout(c.Change[0]), d))
	})
}

// seesCircles returns a network of columns some of which are turned into w₁·sin + w₂·cos before it, as the tensors at p say.
func (w *weights) seesCircles(p string, columns []int, net nn.Network) nn.Network {
	if !w.has(p) {
		return net
	}
	w.ignore(p + "ind_")
	w.ignore(p + "inv_perm")
	if act, ok := w.attribute(p, "activation"); ok && act != "Identity" {
		fail("module %q: features of circles with the activation %v are not supported", w.path(p), act)
	}
	all := w.shape(p+"ind", 1)[0]
	at := w.indices(p+"ind", math.MaxInt32)
	weight := w.floats(p+"weights", all, 2)
	scale := make([]float64, all)
	switch {
	case w.holds(p + "scale"):
		scale = w.floats(p+"scale", all)
	default:
		for i := range scale {
			scale[i] = w.float(p, "scale", math.Pi/w.float(p, "tail_bound", 3))
		}
	}
	var angles []int
	var lengths []float64
	var cosines, sines []float64
	for i, j := range columns {
		if k := slices.Index(at, j); k >= 0 {
			angles, lengths = append(angles, i), append(lengths, 2*math.Pi/scale[k])
			sines, cosines = append(sines, weight[2*k]), append(cosines, weight[2*k+1])
		}
	}
	if len(angles) == 0 {
		return net
	}
	see := nn.NewPeriodic(len(columns), angles, lengths)
	switch net := net.(type) {
	case *nn.ResMLP:
		net.First = circled(net.First, angles, cosines, sines)
		return nn.NewSequential(see, restored(net))
	case *nn.GatedResMLP:
		net.First = circled(net.First, angles, cosines, sines)
		return nn.NewSequential(see, restored(net))
	}
	fail("%s*: features of circles before a network of type %T are not supported", p, net)
	return nil
}

// circled returns the layer of the other columns, weighted cosines and weighted sines.
func circled(l nn.Layer, angles []int, cosines, sines []float64) nn.Layer {
	in, out := l.W.Dims()
	rows := make([]float64, 0, (in+len(angles))*out)
	for i := range in {
		if !slices.Contains(angles, i) {
			rows = append(rows, l.W.Data()[i*out:(i+1)*out]...)
		}
	}
	for _, weights := range [][]float64{cosines, sines} {
		for k, i := range angles {
			for _, v := range l.W.Data()[i*out : (i+1)*out] {
				rows = append(rows, weights[k]*v)
			}
		}
	}
	return nn.Layer{W: autodiff.NewParam(in+len(angles), out, rows), B: l.B, Act: l.Act}
}

// uniformGaussian reads a base distribution of columns that are uniform, of a width, or normal, of a scale.
func (w *weights) uniformGaussian(p string) dist.Distribution {
	d := w.shape(p+"scale", 1)[0]
	scale := w.floats(p+"scale", d)
	w.ignore(p + "ind_")
	w.ignore(p + "inv_perm")
	uniform := w.indices(p+"ind", d)
	parts := make([]dist.Distribution, d)
	w.halves = make([]float64, d)
	for j, s := range scale {
		if !(s > 0) || math.IsInf(s, 1) {
			fail("tensor %q: got %v, want positive numbers", p+"scale", s)
		}
		parts[j] = dist.NewNormal(1, autodiff.Fixed(0), autodiff.Fixed(s))
		if slices.Contains(uniform, j) {
			w.halves[j] = s / 2
			parts[j] = dist.NewUniform(1, autodiff.Fixed(-s/2), autodiff.Fixed(s/2))
		}
	}
	return dist.NewJoint(parts...)
}

// periodic returns normflows' PeriodicShift, or its PeriodicWrap, which is a shift by 0, from base to data, of d columns.
func (w *weights) periodic(p string, d int) bijector.Bijector {
	bound, shift := w.float(p, "bound", 1), 0.0
	if w.class(p) == "PeriodicShift" {
		shift = w.float(p, "shift", 0)
	}
	value, _ := w.attribute(p, "ind")
	list, ok := value.([]any)
	if !ok {
		fail("module %q of class %q: got columns %v, want a list as ind", w.path(p), w.class(p), value)
	}
	var columns []int
	for _, v := range list {
		j := w.toFloat(p, "ind", v)
		if !(j >= 0 && j < float64(d)) || j != math.Trunc(j) {
			fail("module %q of class %q: got column %v, want one of 0 to %d", w.path(p), w.class(p), j, d-1)
		}
		if len(w.halves) != d || !(math.Abs(w.halves[int(j)]-bound) <= 1e-6*bound) {
			fail("module %q of class %q: it wraps what is outside of [−%v, %v], which is not supported where the base distribution of column %v does not end there: what log_prob returns is no density then", w.path(p), w.class(p), bound, bound, j)
		}
		columns = append(columns, int(j))
	}
	return bijector.NewSubset(bijector.NewCircularShift(autodiff.Fixed(shift), bound), columns...)
}
