package bijector_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
)

// slopeOne is where a peer's number for a slope gives slope 1, as ours does at 0.
var slopeOne = math.Log(math.Expm1(0.999))

// raw returns the widths, heights and slopes of one element a row, the slopes less shift.
func (g *neural) raw(shift float64) *mat.Dense {
	g.t.Helper()
	var all mat.Dense
	d := g.rows("d")
	d.Apply(func(_, _ int, v float64) float64 { return v - shift }, d)
	all.Augment(g.rows("w"), g.rows("h"))
	raw := new(mat.Dense)
	raw.Augment(&all, d)
	return raw
}

// spline checks a spline of numbers that has its own parameters for each; the
// peer's interval begins at zero if ours is moved by bound.
func (g *neural) spline(s bijector.Univariate, raw *mat.Dense, move float64) {
	g.t.Helper()
	tape := autodiff.NewTape()
	r := tape.Matrix(raw)
	y, l := s.Forward(tape.Matrix(g.rows("x")).AddConst(-move), r)
	g.compare("y", y.AddConst(move))
	g.compare("logdet", l)
	in, out := "inverse_in", "inverse_out"
	if _, ok := g.Data[in]; !ok {
		in = "y"
	}
	x, l := s.Inverse(tape.Matrix(g.rows(in)).AddConst(-move), r)
	g.compare(out, x.AddConst(move))
	if _, ok := g.Data["inverse_logdet"]; ok {
		g.compare("inverse_logdet", l)
	}
}

func TestNeuralSplineUnit(t *testing.T) {
	g := readNeural(t, "rqs_unit")
	g.spline(bijector.Spline{Bins: 6, Bound: 0.5, Tails: bijector.FreeTails}, g.raw(slopeOne), 0.5)
}

func TestNeuralSplineUnconstrained(t *testing.T) {
	g := readNeural(t, "rqs_unconstrained")
	g.spline(bijector.Spline{Bins: 6, Bound: 3}, g.raw(slopeOne), 0)
}

// beside returns data side by side.
func (g *neural) beside(names ...string) *mat.Dense {
	g.t.Helper()
	all := g.rows(names[0])
	for _, name := range names[1:] {
		both := new(mat.Dense)
		both.Augment(all, g.rows(name))
		all = both
	}
	return all
}

// raisedBy adds to the columns of a matrix from one on.
func raisedBy(m *mat.Dense, from int, by float64) *mat.Dense {
	m.Apply(func(_, j int, v float64) float64 {
		if j >= from {
			v += by
		}
		return v
	}, m)
	return m
}

// The peer's inverse has the ends of its bins in float32, 1e-7 away: what it is asked for are the
// values at x, so x is the answer; log-slopes are off as much.
func TestNeuralLinearSpline(t *testing.T) {
	g := readNeural(t, "linear_spline_unit")
	g.Data["inverse_out"] = g.Data["x"]
	delete(g.Data, "inverse_logdet")
	g.spline(bijector.LinearSpline{Bins: 6, Bound: 0.5}, g.rows("p"), 0.5)
}

func TestNeuralQuadraticSpline(t *testing.T) {
	g := readNeural(t, "quadratic_spline_unit")
	g.spline(bijector.QuadraticSpline{Bins: 6, Bound: 0.5, Tails: bijector.FreeTails}, g.beside("w", "h"), 0.5)
}

// The peer's slopes at the ends are 3·δ·σ(r).
func TestNeuralCubicSpline(t *testing.T) {
	g := readNeural(t, "cubic_spline_unit")
	g.spline(bijector.CubicSpline{Bins: 6, Bound: 0.5}, raisedBy(g.beside("w", "h", "l", "r"), 12, math.Ln2), 0.5)
}

func TestNeuralZukoSpline(t *testing.T) {
	g := readNeural(t, "zuko_rqs")
	g.spline(bijector.SoftSpline{Bins: 6}, g.raw(0), 0)
}

// The peer's circular splines are those with slope 1 at the ends, each after half a turn.
func TestNeuralZukoCircular(t *testing.T) {
	g := readNeural(t, "zuko_ncsf")
	m := bijector.Inverted{Map: bijector.Opposite{Map: bijector.SoftSpline{Bins: 5, Bound: math.Pi}}}
	var chain bijector.Chain
	for i := range 2 {
		prefix := fmt.Sprintf("transform.transforms.%d.", i)
		p := peerMADE{cond: 2, act: nn.ReLU, outputs: 14, row: func(j, k int) int { return 14*j + k },
			layers: []string{prefix + "hyper.0.", prefix + "hyper.2."}}
		for _, k := range g.weight(prefix + "order") {
			p.order = append(p.order, int(k))
		}
		chain = append(bijector.Chain{bijector.NewAutoregressive(g.build(p), m)}, chain...)
	}
	uniform := 0.0 // the base's log-density
	for j, lo := range g.weight("base.lower") {
		uniform -= math.Log(g.weight("base.upper")[j] - lo)
	}
	tape := autodiff.NewTape()
	g.compare("log_prob", bijector.Given(chain, tape.Matrix(g.rows("context"))).ILDJ(tape.Matrix(g.rows("x"))).AddConst(uniform))
	delete(g.Data, "log_prob") // of another base than density's
	g.density(chain, "z")
}
