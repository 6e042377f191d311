package pytorch

import (
	"fmt"
	"math"
	"strings"

	"github.com/normflow/normflow/bijector"
)

// affine returns the affine map of a transform: that of the settings, of the attribute of the scale map, or the default.
func (w *weights) affine(path, key string, def bijector.ScaleMap, names map[string]bijector.ScaleMap) bijector.Univariate {
	if value, ok := w.attribute(path, key); ok {
		name, _ := value.(string)
		scale, ok := names[name]
		if !ok {
			fail("module %q of class %q: the scale map %v is not supported", path, w.class(path), value)
		}
		return bijector.Affine{Scale: scale}
	}
	if m := w.settings.Map; m != nil && m.Params() == 2 {
		return m
	}
	w.asked("the scale map of affine transforms", "Settings.Map, such as "+fmt.Sprintf("bijector.Affine{Scale: %q}", def))
	return bijector.Affine{Scale: def}
}

// spline returns the rational-quadratic spline of nflows or normflows with so many parameters per column.
func (w *weights) spline(path string, params int, bound float64) bijector.Spline {
	s := bijector.Spline{Bound: bound}
	fromSettings, given := w.settings.Map.(bijector.Spline)
	value, known := w.attribute(path, "tail_bound")
	switch {
	case known:
		s.Bound = w.toFloat(path, "tail_bound", value)
	case given:
		s = fromSettings
	default:
		w.asked("the kind and bound of splines", "Settings.Map, such as bijector.Spline{Bound: 3}")
	}
	w.leasts(path, &s)
	tails, told := w.attribute(path, "tails")
	if params%3 == 1 && params > 3 && (!told || tails == nil) {
		if !told {
			w.asked("the kind of splines with 3·K+1 parameters per column", fmt.Sprintf(`Settings.Modules[%q].Attributes["tails"], such as nil`, w.path(path)))
		}
		s.Bins, s.Bound, s.Tails = (params-1)/3, 0.5, bijector.FreeTails
		return s
	}
	if told {
		switch tails {
		case "linear":
		case "circular":
			s.Tails = bijector.CircularTails
		default:
			fail("module %q of class %q: splines with tails %v are not supported", path, w.class(path), tails)
		}
	}
	s.Bins = (params + 1) / 3
	if s.Tails == bijector.CircularTails {
		s.Bins = params / 3
	}
	if s.Params() != params || params < 5 {
		fail("%s*: got %d outputs per column, want 3·K−1 for a rational-quadratic spline of K bins: one of another kind is not supported unless Settings.Map or the class of the module says so", path, params)
	}
	return s
}

// leasts sets the least shares and slopes of a spline to what the attributes say.
func (w *weights) leasts(path string, s *bijector.Spline) {
	size, slope := w.float(path, "min_bin_width", least(s.MinSize)), w.float(path, "min_derivative", least(s.MinSlope))
	w.must(path, "min_bin_height", size)
	if size != least(s.MinSize) {
		s.MinSize = size
	}
	if slope != least(s.MinSlope) {
		s.MinSlope = slope
	}
}

// least returns the least share or slope that a field of a Spline says.
func least(field float64) float64 {
	if field == 0 {
		return 1e-3
	}
	return field
}

// univariate returns the univariate map of a zuko transform with so many parameters per column.
func (w *weights) univariate(path string, params int) bijector.Univariate {
	value, _ := w.attribute(path, "univariate")
	name, arguments := w.partialOf(path, "univariate", value)
	if name != "inverse" { // of Loader
		return w.univariateOf(path, name, arguments, params)
	}
	name, arguments = w.partialOf(path, "univariate", arguments["of"])
	return bijector.Inverted{Map: w.univariateOf(path, name, arguments, params)}
}

// univariateOf returns the map that a function of zuko makes with some arguments.
func (w *weights) univariateOf(path, name string, arguments map[string]any, params int) bijector.Univariate {
	number := func(key string, def float64) float64 {
		if v, ok := arguments[key]; ok {
			return w.toFloat(path, key, v)
		}
		return w.float(path, key, def)
	}
	k, spline := bins(params)
	if name == "" && w.class(w.root) == "" && spline && w.ofCircle() {
		w.ask("whether splines are circular, as the base distribution suggests", `Settings.Modules[""].Class, such as "NCSF" or "NSF"`)
	}
	switch class := w.class(w.root); class {
	case "NCSF":
		return w.circularSpline(path, k, spline, number("slope", 1e-3))
	case "", "MAF", "NSF", "NICE", "RealNVP", "Flow", "NormalizingFlow", "ZFlow":
	default:
		if known := zukoClasses[w.preset()]; known != "" && name == "" {
			name = known
		}
		if name == "" && !strings.HasPrefix(class, "build_") {
			fail("a flow of class %q is not supported", class)
		}
	}
	if m := w.zukoUnivariate(path, name, params, number); m != nil {
		return restored(m)
	}
	switch {
	case name == "AdditiveTransform" && params == 1, name == "" && params == 1:
		if name == "" {
			w.asked("the univariate of transforms with one parameter per column", `Settings.Modules[…].Attributes["univariate"], such as "AdditiveTransform"`)
		}
		return bijector.Additive{}
	case name == "MonotonicAffineTransform" && params == 2, name == "" && params == 2:
		return w.softAffine(name, number("slope", 1e-3))
	case name == "CircularRQSTransform":
		return w.circularSpline(path, k, spline, number("slope", 1e-3))
	case name == "MonotonicRQSTransform" && spline, name == "" && spline:
		return w.softSpline(name, k, number("bound", 0), number("slope", 1e-3))
	case name != "" && name != "MonotonicRQSTransform" && name != "MonotonicAffineTransform":
		fail("module %q of class %q: the univariate %q with %d parameters is not supported", path, w.class(path), name, params)
	}
	if name == "" && w.class(w.root) == "" && params > 2 && params < 200 {
		w.askUnivariate(params)
		return bijector.Bernstein{Degree: params - 1}
	}
	fail("%s*: got %d outputs per column, want 2 for an affine map or 3·K−1 for a spline: other univariates are not supported", path, params)
	return nil
}

// askUnivariate asks for the class of a flow.
func (w *weights) askUnivariate(params int) {
	w.ask(fmt.Sprintf("the univariate of transforms with %d parameters per column", params), `Settings.Modules[""].Class, such as "GF", "SOSPF", "BPF"`)
}

// softAffine returns zuko's affine map.
func (w *weights) softAffine(name string, slope float64) bijector.Univariate {
	if m := w.settings.Map; m != nil && m.Params() == 2 {
		return m
	}
	if name == "" && slope == 1e-3 {
		w.asked("the univariate of transforms with two parameters per column, and its least slope, which is 1e-4 from zuko 1.0.1 to 1.4", `Settings.Map, such as bijector.Affine{}, or Settings.Modules[""].Attributes["slope"]`)
	}
	if slope == 1e-3 {
		slope = 0
	}
	return bijector.Affine{Slope: slope}
}

// softSpline returns zuko's spline.
func (w *weights) softSpline(name string, bins int, bound, slope float64) bijector.Univariate {
	m, given := w.settings.Map.(bijector.SoftSpline)
	m.Bins = bins
	if !given && name == "" && bound == 0 {
		w.asked("the univariate of transforms with 3·K−1 parameters per column and its bound", "Settings.Map, such as bijector.SoftSpline{Bound: 5}")
	}
	if !given && name == "" && bins == 6 && w.class(w.root) == "" { // as many as a BPF has by default
		w.askUnivariate(17)
	}
	if bound != 0 {
		m.Bound = bound
	}
	if slope != 1e-3 {
		m.Slope = slope
	}
	return m
}

// circularSpline returns zuko's spline of the circle, of columns with so many parameters as a spline of the bins has.
func (w *weights) circularSpline(path string, bins int, ok bool, slope float64) bijector.Univariate {
	if !ok {
		fail("%s*: got a number of outputs per column that no circular spline has, want 3·K−1", path)
	}
	m := bijector.SoftSpline{Bins: bins, Bound: math.Pi}
	if slope != 1e-3 {
		m.Slope = slope
	}
	return bijector.Opposite{Map: m}
}

// ofCircle reports whether the base distribution is that of zuko's NCSF, uniform in [−π − 10⁻⁵, π + 10⁻⁵].
func (w *weights) ofCircle() bool {
	lower := w.tensors[w.root+"base."+w.either(w.root+"base.", "lower", "_0")]
	return lower != nil && lower.Len() > 0 && math.Abs(lower.Floats()[0]+math.Pi+1e-5) < 1e-6
}

// partial returns the name of the class or function that an attribute is, and the arguments that a partial binds.
func (w *weights) partial(path, key string) (name string, arguments map[string]any) {
	value, _ := w.attribute(path, key)
	return w.partialOf(path, key, value)
}

func (w *weights) partialOf(path, key string, value any) (name string, arguments map[string]any) {
	switch v := value.(type) {
	case nil:
	case string:
		return v, nil
	case map[string]any:
		name, _ = v["partial"].(string)
		arguments, _ = v["keywords"].(map[string]any)
		if list, _ := v["arguments"].([]any); len(list) == 0 && name != "" {
			return name, arguments
		}
		fail("module %q of class %q: %s = %v is not supported", path, w.class(path), key, value)
	default:
		fail("module %q of class %q: %s = %v is not supported", path, w.class(path), key, value)
	}
	return "", nil
}
