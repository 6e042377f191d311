package bijector_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/bijector/bijectortest"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// planar returns a map with parameters of size 1.
func planar(d, cond int, slope float64) *bijector.Planar {
	b := bijector.NewPlanar(d, contextNet(cond, 2*d+1), rng.New(1))
	b.U.Set(bijectortest.Normal(1, d).RawRowView(0))
	b.B.Set([]float64{0.3})
	b.Slope = slope
	return b
}

// radial returns a map that spreads, or presses together.
func radial(d, cond int, a, b float64) *bijector.Radial {
	r := bijector.NewRadial(d, contextNet(cond, d+2), rng.New(1))
	r.A.Set([]float64{a})
	r.B.Set([]float64{b})
	return r
}

// contextNet returns a small network, or nil for no context.
func contextNet(cond, out int) nn.Network {
	if cond == 0 {
		return nil
	}
	return nn.NewMLP(cond, []int{5}, out, nn.Tanh, rng.New(2))
}

func planarCases() []bijectortest.Case {
	normal := bijectortest.Normal
	return []bijectortest.Case{
		{Name: "Planar", B: planar(3, 0, 0), X: normal(6, 3)},
		{Name: "Planar/conditional", B: planar(3, 2, 0), X: normal(6, 3), Context: normal(6, 2)},
		{Name: "Planar/one-column", B: planar(1, 0, 0), X: normal(6, 1)},
		{Name: "Planar/leaky", B: planar(3, 0, 0.2), X: normal(6, 3)},
		{Name: "Planar/leaky-conditional", B: planar(2, 1, 0.2), X: normal(6, 2), Context: normal(6, 1)},
		{Name: "Radial", B: radial(3, 0, 0.5, 2), X: normal(6, 3)},
		{Name: "Radial/pressed", B: radial(3, 0, 2, -1), X: normal(6, 3)},
		{Name: "Radial/conditional", B: radial(3, 2, 0.5, 2), X: normal(6, 3), Context: normal(6, 2)},
		{Name: "Radial/one-column", B: radial(1, 0, 0.5, 2), X: normal(6, 1)},
	}
}

func TestGoldenPlanar(t *testing.T) {
	g := readNeural(t, "planar")
	g.compareForward(&bijector.Planar{W: row(g.weight("w")), U: row(g.weight("u")), B: row(g.weight("bias"))})
	g = readNeural(t, "planar_leaky_relu")
	g.compareForward(&bijector.Planar{W: row(g.weight("w")), U: row(g.weight("u")), B: row(g.weight("b")), Slope: 0.2})
}

func TestGoldenRadial(t *testing.T) {
	g := readNeural(t, "radial")
	g.compareForward(&bijector.Radial{Center: row(g.weight("x0")), A: row(g.weight("alpha_prime")), B: row(g.weight("beta_prime"))})
}

// row returns numbers as a 1×d parameter.
func row(x []float64) *autodiff.Param { return autodiff.NewParam(1, len(x), x) }

// New maps are the identity; with w = 0 a planar one is a shift, without a NaN in any gradient.
func TestPlanarStarts(t *testing.T) {
	tape := autodiff.NewTape()
	x := tape.Matrix(bijectortest.Normal(5, 3))
	flat := bijector.NewPlanar(3, nil, rng.New(1))
	clear(flat.W.Data())
	flat.U.Set([]float64{1, 2, 3})
	flat.B.Set([]float64{100})
	for i, b := range []bijector.Bijector{bijector.NewPlanar(3, nil, rng.New(1)), bijector.NewRadial(3, nil, rng.New(1)), flat} {
		y, l := bijector.ForwardFLDJ(b, x)
		z, m := bijector.InverseILDJ(b, x)
		for at, v := range y.Sub(x).Data() {
			want := 0.0
			if i == 2 {
				want = float64(at%3 + 1)
			}
			if math.Abs(v-want) > 1e-14 || math.Abs(x.Sub(z).Data()[at]-want) > 1e-14 {
				t.Errorf("%T: got a shift of %v, %v, want %v", b, v, x.Sub(z).Data()[at], want)
			}
		}
		if math.Abs(l.At(0, 0)) > 1e-14 || math.Abs(m.At(0, 0)) > 1e-14 {
			t.Errorf("%T: got log-determinants %v and %v, want 0", b, l.At(0, 0), m.At(0, 0))
		}
		tape.Backward(autodiff.Concat(y, z, l, m).Sum())
	}
	for _, p := range tape.Params() {
		for _, v := range tape.Grad(p) {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Errorf("got a gradient of %v", tape.Grad(p))
			}
		}
	}
}

// Where a map is nearly flat or very steep both directions are still inverse to each other.
func TestPlanarHard(t *testing.T) {
	for _, wu := range []float64{-700, -30, -5, 5, 700, 1e8} {
		b := bijector.NewPlanar(1, nil, rng.New(1))
		b.W.Set([]float64{1})
		b.U.Set([]float64{wu})
		for _, x := range []float64{-1e6, -20, -1, -1e-3, 0.1, 2, 30, 1e10} {
			v := autodiff.NewTape().Matrix(mat.NewDense(1, 1, []float64{x}))
			y, l := bijector.ForwardFLDJ(b, v)
			back, m := bijector.InverseILDJ(b, y)
			// x is a difference of y and û·h, and an ulp of y is one over the slope as large in x
			ulp := 0x1p-52 * (math.Abs(x) + math.Abs(y.Value()-x))
			if e := math.Abs(back.Value() - x); !(e <= 8*ulp*max(1, math.Exp(-l.Value()))) {
				t.Errorf("w·u = %v: got x = %v back, want %v", wu, back.Value(), x)
			}
			if math.IsNaN(m.Value()) || math.IsInf(m.Value(), 0) {
				t.Errorf("w·u = %v, x = %v: got a log-determinant of %v", wu, x, m.Value())
			}
		}
	}
}
