package table

import (
	"fmt"
	"math"
	"slices"

	"github.com/normflow/normflow/internal/special"
)

// A warp is a fixed increasing map from a column's support onto the real line, by which numbers of
// any scale and tail become such that a network learns them easily: location 0, scale 1.
//
//	linear    v
//	log       log(v − Low)
//	softplus  log(exp((v − Low)/Unit) − 1), a logarithm below Unit and linear above
//	asinh     asinh((v − Mid)/Unit)
//	logit     log((v − Low)/(High − v))
//
// less Shift, divided by Scale.
type warp struct {
	Form         string
	Low, High    float64
	Mid, Unit    float64
	Shift, Scale float64
}

func (w *warp) raw(v float64) float64 {
	switch w.Form {
	case "log":
		return special.Log(v - w.Low)
	case "softplus":
		u := (v - w.Low) / w.Unit
		if u > 30 {
			return u
		}
		return special.Log(special.Expm1(u))
	case "asinh":
		return special.Asinh((v - w.Mid) / w.Unit)
	case "logit":
		return special.Log(v-w.Low) - special.Log(w.High-v)
	}
	return v
}

// forward returns the warped number: −Inf and Inf at the ends of the support and beyond.
func (w *warp) forward(v float64) float64 {
	if v <= w.Low {
		return math.Inf(-1)
	}
	if v >= w.High {
		return math.Inf(1)
	}
	return (w.raw(v) - w.Shift) / w.Scale
}

// inverse returns the number that is warped to t.
func (w *warp) inverse(t float64) float64 {
	r := t*w.Scale + w.Shift
	v := r
	switch w.Form {
	case "log":
		v = w.Low + special.Exp(r)
	case "softplus":
		u := r
		if r < 30 {
			u = special.Log1p(special.Exp(r))
		}
		v = w.Low + w.Unit*u
	case "asinh":
		v = w.Mid + w.Unit*special.Sinh(r)
	case "logit":
		v = w.Low + (w.High-w.Low)/(1+special.Exp(-r))
	}
	return min(max(v, w.Low, -math.MaxFloat64), w.High, math.MaxFloat64)
}

// logSlope returns log dt/dv inside the support.
func (w *warp) logSlope(v float64) float64 {
	s := -special.Log(w.Scale)
	switch w.Form {
	case "log":
		s -= special.Log(v - w.Low)
	case "softplus":
		u := (v - w.Low) / w.Unit
		s += -special.Log(w.Unit) - special.Log(-special.Expm1(-u))
	case "asinh":
		s -= special.Log(w.Unit) + special.Log(math.Hypot(1, (v-w.Mid)/w.Unit))
	case "logit":
		s += special.Log(w.High-w.Low) - special.Log(v-w.Low) - special.Log(w.High-v)
	}
	return s
}

func (w *warp) check() error {
	if !slices.Contains([]string{"linear", "log", "softplus", "asinh", "logit"}, w.Form) || !(w.Scale > 0) || !(w.Low < w.High) ||
		math.IsNaN(w.Shift-w.Shift) || math.IsInf(w.Scale, 0) || math.IsNaN(w.Mid-w.Mid) || !(w.Unit >= 0) {
		return fmt.Errorf("got the warp %+v", *w)
	}
	return nil
}

// newWarp returns the map of a column after which the numbers look most like normal ones.
func newWarp(c *Column, numbers []float64) warp {
	var x []float64
	for _, v := range numbers {
		if _, at := c.atom(v); !at && v > c.Low && v < c.High {
			x = append(x, v)
		}
	}
	base := warp{Form: "linear", Low: c.Low, High: c.High, Scale: 1}
	if len(x) == 0 {
		return base
	}
	slices.Sort(x)
	q := func(p float64) float64 { return x[int(p*float64(len(x)-1))] }
	base.Mid, base.Unit = q(0.5), max(q(0.75)-q(0.25), c.Step, 1e-9*math.Abs(q(0.5)), math.SmallestNonzeroFloat64)
	var forms []string
	low, high := !math.IsInf(c.Low, 0), !math.IsInf(c.High, 0)
	switch {
	case low && high:
		forms = []string{"logit"}
	case low && c.Step == 0:
		forms = []string{"softplus", "log"}
	case low:
		forms = []string{"linear", "softplus", "log"}
	default:
		forms = []string{"linear", "asinh"}
	}
	if low && high && c.Step > 0 {
		forms = append(forms, "linear")
	}
	best, bestFit := base, math.Inf(-1)
	for _, f := range forms {
		w := base
		w.Form = f
		if f == "softplus" {
			w.Unit = max(q(0.1)-c.Low, 1e-6*(q(0.9)-c.Low))
		}
		if fit := w.standardise(x); fit > bestFit {
			best, bestFit = w, fit
		}
	}
	return best
}

// standardise sets Shift and Scale, and returns the mean log-density of x by a normal distribution there.
func (w *warp) standardise(x []float64) float64 {
	w.Shift, w.Scale = 0, 1
	var sum, squares float64
	for _, v := range x {
		sum += w.raw(v)
	}
	w.Shift = sum / float64(len(x))
	for _, v := range x {
		d := w.raw(v) - w.Shift
		squares += d * d
	}
	w.Scale = math.Sqrt(squares / float64(len(x)))
	if !(w.Scale > 1e-12*math.Abs(w.Shift)) || math.IsInf(w.Scale, 0) {
		w.Scale = max(1e-9*math.Abs(w.Shift), 1)
	}
	var fit float64
	for _, v := range x {
		fit += w.logSlope(v)
	}
	return fit / float64(len(x))
}
