package bijector_test

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/gradtest"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
)

var allTails = []bijector.Tails{bijector.IdentityTails, bijector.FreeTails, bijector.CircularTails}

func TestTailsZerosAreTheIdentity(t *testing.T) {
	for _, tails := range allTails {
		e := bijector.NewElementwise(1, bijector.Spline{Bins: 3, Bound: 2, Tails: tails})
		x := mat.NewDense(7, 1, []float64{-2, -1.5, 0, 0.7, 2, 3, -700})
		tape := autodiff.NewTape()
		y, l := e.Forward(tape.Matrix(x)), fldj(e, tape.Matrix(x))
		for i := range 7 {
			if d := math.Abs(y.At(i, 0) - x.At(i, 0)); d > 1e-15*(1+math.Abs(x.At(i, 0))) || math.Abs(l.At(i, 0)) > 1e-14 {
				t.Errorf("%q: got %v with log-slope %v at %v, want the identity", tails, y.At(i, 0), l.At(i, 0), x.At(i, 0))
			}
		}
	}
}

// Free tails go on with the slope at the end.
func TestFreeTailsAreLines(t *testing.T) {
	e := bijector.NewElementwise(1, bijector.Spline{Bins: 2, Bound: 1, Tails: bijector.FreeTails})
	e.Raw.Set([]float64{1, -1, 0.5, 0, -2, 1, 3})
	softplus := func(r float64) float64 { return 1e-3 + math.Log1p(math.Expm1(0.999)*math.Exp(r)) }
	tape := autodiff.NewTape()
	for _, x := range []float64{-1, -1.25, -40, 1, 1.25, 40} {
		end, slope := -1.0, softplus(-2)
		if x > 0 {
			end, slope = 1, softplus(3)
		}
		v := tape.Scalar(x)
		want := end + slope*(x-end)
		if y := e.Forward(v).Value(); math.Abs(y-want) > 1e-13*math.Abs(want) {
			t.Errorf("got %v at %v, want %v", y, x, want)
		}
		if l := fldj(e, v).Value(); math.Abs(l-math.Log(slope)) > 1e-13 {
			t.Errorf("got log-slope %v at %v, want %v", l, x, math.Log(slope))
		}
	}
}

// On the circle numbers that name one point have one image, and the slope has no jump.
func TestCircularTailsWind(t *testing.T) {
	const bound = math.Pi
	e := bijector.NewElementwise(1, bijector.Spline{Bins: 3, Bound: bound, Tails: bijector.CircularTails})
	e.Raw.Set([]float64{1, -1, 0.5, 0, -2, 1, 1.5, -0.5, 1})
	tape := autodiff.NewTape()
	at := func(x float64) (y, l float64) {
		v := tape.Scalar(x)
		return e.Forward(v).Value(), fldj(e, v).Value()
	}
	for _, x := range []float64{-bound, -3, 0.2, 1, 3} {
		y, l := at(x)
		for _, n := range []float64{-50, -1, 1, 2, 7} {
			turns := 2 * bound * n
			yn, ln := at(x + turns)
			if math.Abs(yn-turns-y) > 1e-12 || math.Abs(ln-l) > 1e-12 {
				t.Errorf("got %v with log-slope %v %v turns from %v, want %v and %v", yn, ln, n, x, y+turns, l)
			}
		}
	}
	y0, l0 := at(bound * (1 - 1e-12))
	y1, l1 := at(bound * (1 + 1e-12))
	want := math.Log(1e-3 + math.Log1p(math.Expm1(0.999)*math.Exp(1.5)))
	if y1 < y0 || y1-y0 > 1e-10 || math.Abs(l0-want) > 1e-9 || math.Abs(l1-want) > 1e-9 {
		t.Errorf("got %v, %v and log-slopes %v, %v beside the end, want one number and %v", y0, y1, l0, l1, want)
	}
}

// Gradients agree with differences inside and outside, with raw parameters for
// every row and with shared ones.
func TestTailsGradients(t *testing.T) {
	for _, tails := range allTails[1:] {
		s := bijector.Spline{Bins: 3, Bound: 1, Tails: tails}
		for _, rows := range []int{1, 5} {
			raw := mat.NewDense(rows, 2*s.Params(), nil)
			for i, d := 0, raw.RawMatrix().Data; i < len(d); i++ {
				d[i] = math.Sin(float64(i * i))
			}
			x := mat.NewDense(5, 2, []float64{-3.3, -1.6, -0.9, -0.3, 0.1, 0.4, 0.95, 1.2, 2.9, 4.2})
			for _, f := range []func(x, raw autodiff.Var) (y, ls autodiff.Var){s.Forward, s.Inverse} {
				gradtest.Check(t, func(v ...autodiff.Var) autodiff.Var {
					y, ls := f(v[0], v[1])
					return y.Mul(y).Add(ls)
				}, x, raw)
			}
		}
	}
}

func TestTailsUnknown(t *testing.T) {
	if err := (bijector.Spline{Tails: "fluffy"}).Restore(); err == nil || !strings.Contains(err.Error(), `got tails "fluffy"`) {
		t.Errorf("got %v, want an error that names the tails", err)
	}
}

// FuzzSplineTails takes splines of every kind, any finite parameters and numbers up to any size: values,
// log-slopes and gradients are no NaN, the map does not fall, and where numbers
// are dense enough the inverse comes back.
func FuzzSplineTails(f *testing.F) {
	for k := range 8 {
		f.Add(uint8(k), uint8(4), 0.5, []byte("some numbers that are parameters of a spline"))
		f.Add(uint8(k), uint8(1), -3.0, []byte{})
		f.Add(uint8(k), uint8(9), 1e308, []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xef, 0x7f, 1, 2, 3})
		f.Add(uint8(k), uint8(2), 1e17, []byte("other numbers"))
	}
	f.Fuzz(func(t *testing.T, kind, bins uint8, x float64, b []byte) {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return
		}
		s := fuzzedSpline(kind, int(bins)%40+1)
		raw := mat.NewDense(1, s.Params(), nil)
		for i := range s.Params() {
			if v := float64(i % 3); len(b) >= 8 {
				if v = math.Float64frombits(binary.LittleEndian.Uint64(b)); math.IsNaN(v) || math.IsInf(v, 0) {
					v = 1
				}
				raw.Set(0, i, v)
				b = b[8:]
			} else {
				raw.Set(0, i, v)
			}
		}
		checkTails(t, s, raw, x)
		checkTails(t, s, raw, math.Mod(x, 12))
	})
}

// fuzzedSpline returns a spline of [−3, 3].
func fuzzedSpline(kind uint8, bins int) bijector.Univariate {
	kind %= 8
	switch kind {
	case 3:
		return bijector.LinearSpline{Bins: bins, Bound: 3}
	case 4, 5:
		return bijector.QuadraticSpline{Bins: bins + 1, Bound: 3, Half: kind == 5}
	case 6:
		return bijector.CubicSpline{Bins: bins, Bound: 3}
	case 7:
		return bijector.LinearRationalSpline{Bins: bins, Bound: 3}
	}
	return bijector.Spline{Bins: bins, Bound: 3, Tails: allTails[kind]}
}

func checkTails(t *testing.T, s bijector.Univariate, raw *mat.Dense, x float64) {
	t.Helper()
	px, pr := autodiff.NewParam(1, 1, []float64{x}), autodiff.NewParam(1, s.Params(), raw.RawRowView(0))
	finite := func(v ...float64) {
		t.Helper()
		for _, n := range v {
			if math.IsNaN(n) || math.IsInf(n, 0) {
				t.Fatalf("%+v at %v with %v: got %v, want finite values and gradients", s, x, raw.RawRowView(0), v)
			}
		}
	}
	run := func(f func(x, raw autodiff.Var) (y, ls autodiff.Var), p *autodiff.Param) (y, l float64) {
		t.Helper()
		tape := autodiff.NewTape()
		v, ls := f(tape.Use(p), tape.Use(pr))
		tape.Backward(v.Add(ls))
		finite(v.Value(), ls.Value())
		finite(tape.Grad(p)...)
		finite(tape.Grad(pr)...)
		return v.Value(), ls.Value()
	}
	y, l := run(s.Forward, px)
	back, il := run(s.Inverse, autodiff.NewParam(1, 1, []float64{y}))
	above := x + 1e-9*min(1+math.Abs(x), math.MaxFloat64-math.Abs(x))
	up, _ := run(s.Forward, autodiff.NewParam(1, 1, []float64{max(x, above)}))
	size := max(3, math.Abs(x), math.Abs(y))
	if up < y-0x1p-48*size {
		t.Fatalf("%+v at %v: got %v and above it %v, want them in order", s, x, y, up)
	}
	if math.Abs(x) <= 12 {
		stretch := max(1, math.Exp(-l), math.Exp(il))
		if d := math.Abs(back - x); d > 0x1p-46*size*stretch {
			t.Fatalf("%#v at %v: got %v back, off by %v, log-slope %v", s, x, back, d, l)
		}
	}
}
