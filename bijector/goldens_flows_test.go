package bijector_test

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
)

func init() {
	for kind, f := range map[string]func(p goldenParams) bijector.Univariate{
		"LinearSpline": func(p goldenParams) bijector.Univariate {
			return bijector.LinearSpline{Bins: p.int("bins"), Bound: p.number("bound", 0)}
		},
		"QuadraticSpline": func(p goldenParams) bijector.Univariate {
			return bijector.QuadraticSpline{Bins: p.int("bins"), Bound: p.number("bound", 0), Tails: bijector.Tails(p.text("tails"))}
		},
		"CubicSpline": func(p goldenParams) bijector.Univariate {
			return bijector.CubicSpline{Bins: p.int("bins"), Bound: p.number("bound", 0)}
		},
		"LinearRationalSpline": func(p goldenParams) bijector.Univariate {
			return bijector.LinearRationalSpline{Bins: p.int("bins"), Bound: p.number("bound", 0)}
		},
		"Spline": func(p goldenParams) bijector.Univariate {
			return bijector.Spline{Bins: p.int("bins"), Bound: p.number("bound", 0), Tails: bijector.Tails(p.text("tails"))}
		},
		"SoftSpline": func(p goldenParams) bijector.Univariate {
			return bijector.SoftSpline{Bins: p.int("bins"), Bound: p.number("bound", 0)}
		},
		"MixtureCDF": func(p goldenParams) bijector.Univariate {
			return bijector.MixtureCDF{Components: p.int("components"), Logistic: p.bool("logistic"), Equal: p.bool("equal"), Scale: bijector.ScaleMap(p.text("scale"))}
		},
		"SOSPolynomial": func(p goldenParams) bijector.Univariate {
			return bijector.SOSPolynomial{Polynomials: p.int("polynomials"), Degree: p.int("degree"), Bound: p.number("bound", 0), Slope: p.number("slope", 0), Straight: p.bool("straight")}
		},
		"Bernstein": func(p goldenParams) bijector.Univariate {
			return bijector.Bernstein{Degree: p.int("degree"), Bound: p.number("bound", 0)}
		},
		"Moebius": func(p goldenParams) bijector.Univariate {
			return bijector.Moebius{Components: p.int("components"), Bound: p.number("bound", 0)}
		},
		"GatedLinearUnit": func(goldenParams) bijector.Univariate { return bijector.GatedLinearUnit{} },
		"MonotoneNet": func(p goldenParams) bijector.Univariate {
			return bijector.NewNumeric(bijector.NewMonotoneNet(p.layers(nn.Linear)...))
		},
		"IntegralNet": func(p goldenParams) bijector.Univariate {
			net := bijector.NewIntegralNet(p.layers(nn.Tanh)...)
			net.Straight = p.number("straight", 0)
			return bijector.NewNumeric(net)
		},
	} {
		goldenKinds[kind] = func(p goldenParams, _ []int) bijector.Bijector {
			e := bijector.NewElementwise(1, f(p))
			e.Raw.Set(p.flat("raw"))
			return e
		}
	}
}

func init() {
	for kind, f := range map[string]func(p goldenParams) bijector.Bijector{
		"CircularShift": func(p goldenParams) bijector.Bijector {
			return bijector.NewCircularShift(p.value("by"), p.number("bound", 0))
		},
		"Planar": func(p goldenParams) bijector.Bijector {
			return &bijector.Planar{W: p.row("w"), U: p.row("u"), B: p.row("b"), Slope: p.number("slope", 0)}
		},
		"Radial": func(p goldenParams) bijector.Bijector {
			return &bijector.Radial{Center: p.row("center"), A: p.row("a"), B: p.row("b")}
		},
		"Sylvester": func(p goldenParams) bijector.Bijector {
			return restored(&bijector.Sylvester{Axes: p.matrix("axes"), R: p.row("r"), S: p.row("s"), B: p.row("b")})
		},
		"BlockAutoregressive": func(p goldenParams) bijector.Bijector {
			return restored(&bijector.BlockAutoregressive{W: p.rows("w"), S: p.rows("s"), B: p.rows("b"), Tail: p.value("tail")})
		},
		"Residual": func(p goldenParams) bijector.Bijector {
			r := &bijector.Residual{W: p.rows("w"), B: p.rows("b"), Bound: p.number("bound", 0)}
			for _, s := range p.flat("swish") {
				r.Swish = append(r.Swish, autodiff.NewParam(1, 1, []float64{s}))
			}
			return restored(r)
		},
		"Cylindrical": func(goldenParams) bijector.Bijector { return bijector.Cylindrical{} },
	} {
		goldenKinds[kind] = func(p goldenParams, _ []int) bijector.Bijector { return f(p) }
	}
}

// restored returns b with what follows from its fields.
func restored[B interface {
	bijector.Bijector
	Restore() error
}](b B) bijector.Bijector {
	if err := b.Restore(); err != nil {
		panic(err)
	}
	return b
}

func (p goldenParams) int(name string) (n int) { p.decode(name, &n); return n }

// text returns a string, "" if it is not there.
func (p goldenParams) text(name string) (s string) {
	if _, ok := p[name]; ok {
		p.decode(name, &s)
	}
	return s
}

// bool returns whether something is so, false if it is not there.
func (p goldenParams) bool(name string) (b bool) {
	if _, ok := p[name]; ok {
		p.decode(name, &b)
	}
	return b
}

// row returns numbers as one row.
func (p goldenParams) row(name string) *autodiff.Param {
	v := p.flat(name)
	return autodiff.NewParam(1, len(v), v)
}

// rows returns a list of rows or matrices.
func (p goldenParams) rows(name string) (all []*autodiff.Param) {
	var list []numbers
	p.decode(name, &list)
	for _, n := range list {
		rows := 1
		if len(n.shape) == 2 {
			rows = n.shape[0]
		}
		all = append(all, autodiff.NewParam(rows, len(n.data)/rows, n.data))
	}
	return all
}

// layers returns those of the weights w and biases b, the last one linear.
func (p goldenParams) layers(act nn.Activation) (all []nn.Layer) {
	w, b := p.rows("w"), p.rows("b")
	for l := range w {
		if l == len(w)-1 {
			act = nn.Linear
		}
		all = append(all, nn.Layer{W: w[l], B: b[l], Act: act})
	}
	return all
}
