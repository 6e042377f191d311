package pytorch

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/internal/special"
)

// slopeOne returns the parameter of slope 1 in nflows: log(exp(1 − m) − 1) for the least slope m.
func slopeOne(s bijector.Spline) float64 { return special.Log(special.Expm1(1 - least(s.MinSlope))) }

// splineLayout is that of the splines of nflows and normflows. Their parameters for slopes
// have slope 1 at slopeOne, ours at 0; those for sizes may be divided by
// a number.
func (w *weights) splineLayout(path string, params int, bound, divide float64) layout {
	if kind := w.splineKind(path); kind != otherSpline {
		return w.nflowsSpline(path, kind, params, divide)
	}
	m := w.spline(path, params, bound)
	l := toBase(m, byColumn(params))
	l.unit = m.Tails == bijector.FreeTails
	one := slopeOne(m)
	l.adjust = func(i int) (scale, shift float64) {
		if i%params < 2*m.Bins {
			return 1 / divide, 0
		}
		return 1, -one
	}
	return l
}

// The kinds of splines in the names of nflows' classes.
const (
	linearSpline    = "Linear"
	quadraticSpline = "Quadratic"
	cubicSpline     = "Cubic"
	otherSpline     = "" // rational-quadratic
)

// splineKind returns the kind of the splines of a transform: what its class says, or else the settings.
func (w *weights) splineKind(path string) string {
	class := w.class(path)
	for _, kind := range []string{linearSpline, quadraticSpline, cubicSpline} {
		for _, form := range []string{"Piecewise%sCouplingTransform", "MaskedPiecewise%sAutoregressiveTransform", "Piecewise%sCDF"} {
			if class == fmt.Sprintf(form, kind) {
				return kind
			}
		}
	}
	if strings.Contains(class, "RationalQuadratic") {
		return otherSpline
	}
	switch w.settings.Map.(type) {
	case bijector.LinearSpline:
		return linearSpline
	case bijector.QuadraticSpline:
		return quadraticSpline
	case bijector.CubicSpline:
		return cubicSpline
	}
	return otherSpline
}

// interval returns the bound of a spline of the kind with linear tails, or ½ for one of [0, 1] without tails, which is the default.
func (w *weights) interval(path, kind string) (bound float64, unit bool) {
	tails, told := w.attribute(path, "tails")
	switch m := w.settings.Map.(type) {
	case bijector.LinearSpline:
		bound = m.Bound
	case bijector.QuadraticSpline:
		bound, unit = m.Bound, m.Tails == bijector.FreeTails
	case bijector.CubicSpline:
		bound = m.Bound
	}
	given := bound != 0
	switch {
	case strings.HasPrefix(w.class(path), "Masked") && kind != quadraticSpline, told && tails == nil:
		return 0.5, true
	case told && tails != "linear":
		fail("module %q of class %q: splines with tails %v are not supported", path, w.class(path), tails)
	case !told && !given:
		w.asked("the tails and bound of splines", fmt.Sprintf("Settings.Map, such as bijector.%sSpline{Bound: 3}, or Settings.Modules[%q].Attributes[\"tails\"], such as nil", kind, w.path(path)))
		return 0.5, true
	case unit:
		return 0.5, true
	case !given:
		bound = 1
	}
	return w.float(path, "tail_bound", bound), false
}

// nflowsSpline is the layout of splines of the other kinds than rational-quadratic ones, where parameters for sizes may be divided by a
// number. Slopes at the ends of cubic ones are 3·δ·σ(r) there.
func (w *weights) nflowsSpline(path, kind string, params int, divide float64) layout {
	bound, unit := w.interval(path, kind)
	if kind != linearSpline {
		w.must(path, "min_bin_width", 1e-3)
		w.must(path, "min_bin_height", 1e-3)
	}
	var m interface {
		bijector.Univariate
		Restore() error
	}
	sizes := params
	shift := 0.0
	switch kind {
	case linearSpline:
		m, divide = bijector.LinearSpline{Bins: params, Bound: bound}, 1
	case quadraticSpline:
		s := bijector.QuadraticSpline{Bins: (params + 1) / 2, Bound: bound, Half: true}
		if unit {
			s = bijector.QuadraticSpline{Bins: (params - 1) / 2, Bound: bound, Tails: bijector.FreeTails}
		}
		m = s
	case cubicSpline:
		m, sizes, shift = bijector.CubicSpline{Bins: (params - 2) / 2, Bound: bound}, params-2, math.Ln2
	}
	if err := m.Restore(); err != nil || m.Params() != params {
		fail("%s*: got %d outputs per column, which no %s spline with such tails has (class %q)", path, params, strings.ToLower(kind), w.class(path))
	}
	l := toBase(m, byColumn(params))
	l.unit = unit
	l.adjust = func(i int) (float64, float64) {
		if i%params < sizes {
			return 1 / divide, 0
		}
		return 1, shift
	}
	return l
}

// unconditional reads the splines of the columns that a coupling passes on.
func (w *weights) unconditional(prefix string, keep []int, normflows bool) bijector.Bijector {
	own := prefix + "unconditional_transform."
	if !w.has(own) {
		return nil
	}
	e, n, _ := w.ownSplines(prefix, own, normflows)
	if n != len(keep) {
		fail("%s*: got splines of %d columns, want %d", own, n, len(keep))
	}
	return bijector.NewSubset(e, slices.Clone(keep)...)
}

// nflowsCDF reads splines of each column, which do not depend on others.
func (w *weights) nflowsCDF(prefix string) (bijector.Bijector, int) {
	e, n, unit := w.ownSplines(prefix, prefix, false)
	if unit {
		return bijector.Chain{bijector.NewShift(autodiff.Fixed(-0.5)), e, bijector.NewShift(autodiff.Fixed(0.5))}, n
	}
	return e, n
}

// ownSplines reads splines of n columns whose parameters are tensors at own, of the transform at path.
func (w *weights) ownSplines(path, own string, normflows bool) (e *bijector.Elementwise, n int, unit bool) {
	var parts [][]float64
	var widths []int
	params := 0
	for _, name := range []string{"unnormalized_pdf", "unnormalized_widths", "unnormalized_heights", "unnormalized_derivatives", "unnorm_derivatives_left", "unnorm_derivatives_right"} {
		if !w.holds(own + name) {
			continue
		}
		shape := w.shape(own+name, 2)
		if n == 0 {
			n = shape[0]
		}
		parts, widths, params = append(parts, w.floats(own+name, n, shape[1])), append(widths, shape[1]), params+shape[1]
	}
	if n == 0 {
		fail("%s*: got no splines (class %q)", own, w.class(own))
	}
	l := w.splineLayout(path, params, bound(normflows), 1)
	e = &bijector.Elementwise{Map: l.m, Raw: autodiff.NewParam(1, n*params, nil)}
	raw := e.Raw.Data()[:0]
	for j := range n {
		for i, x := range parts {
			raw = append(raw, x[j*widths[i]:(j+1)*widths[i]]...)
		}
	}
	for k := range raw {
		_, shift := l.adjust(k)
		raw[k] += shift
	}
	return restored(e), n, l.unit
}
