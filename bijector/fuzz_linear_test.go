package bijector_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
)

// A spline through any three knots does not fall, and returns to where it
// started, to what its slope allows.
func FuzzFixedSpline(f *testing.F) {
	f.Add(0.3, 1.0, 2.0, 1e-4, 3.0, 0.1, 2.0, 5.0)
	f.Add(-1.0, 1e-3, 10.0, 10.0, 1e-3, 1e-3, 1e3, 1.0)
	f.Fuzz(func(t *testing.T, v, w0, w1, h0, h1, d0, d1, d2 float64) {
		positive := func(x float64) float64 { // between 1e-3 and 1e3
			if math.IsNaN(x) {
				return 1
			}
			return math.Exp(6.9 * math.Tanh(x/10))
		}
		if math.IsNaN(v) || math.Abs(v) > 1e6 {
			return
		}
		x := []float64{-1, -1 + positive(w0), -1 + positive(w0) + positive(w1)}
		y := []float64{2, 2 + positive(h0), 2 + positive(h0) + positive(h1)}
		s := bijector.NewFixedSpline(x, y, []float64{positive(d0), positive(d1), positive(d2)})
		tape := autodiff.NewTape()
		in := tape.Matrix(mat.NewDense(2, 1, []float64{v, v + 1e-3*(1+math.Abs(v))}))
		out, slope := s.Forward(in), fldj(s, in)
		back := s.Inverse(out)
		if !(out.At(0, 0) <= out.At(1, 0)) {
			t.Errorf("got f(%v) = %v and f(%v) = %v, want no descent", in.At(0, 0), out.At(0, 0), in.At(1, 0), out.At(1, 0))
		}
		for i := range 2 {
			size := 1 + math.Abs(in.At(i, 0)) + (1+math.Abs(out.At(i, 0)))*math.Exp(-slope.At(i, 0))
			if e := math.Abs(back.At(i, 0) - in.At(i, 0)); !(e <= 1e-11*size) {
				t.Errorf("got f⁻¹(f(%v)) = %v, off by %v", in.At(i, 0), back.At(i, 0), e)
			}
			if e := slope.At(i, 0) + s.ILDJ(out).At(i, 0); !(math.Abs(e) <= 1e-6*size) {
				t.Errorf("at %v: FLDJ and ILDJ differ by %v", in.At(i, 0), e)
			}
		}
	})
}

// The numerical inverse of a cubic with any coefficients returns to where it
// started, to what the slope allows.
func FuzzNumeric(f *testing.F) {
	f.Add(0.3, 1.0, 2.0)
	f.Add(-1e-3, -30.0, 20.0)
	f.Fuzz(func(t *testing.T, v, a, b float64) {
		if math.IsNaN(a+b) || !(math.Abs(v) < 1e6) {
			return
		}
		p, q := math.Exp(20*math.Tanh(a/20)), math.Exp(20*math.Tanh(b/20))
		m := bijector.NewElementwise(1, bijector.NewNumeric(bijector.IncreasingFunc(func(x autodiff.Var) (y, logSlope autodiff.Var) {
			return x.Square().MulConst(p).AddConst(q).Mul(x), x.Square().MulConst(3 * p).AddConst(q).Log()
		})))
		x := autodiff.NewTape().Matrix(mat.NewDense(1, 1, []float64{v}))
		y := m.Forward(x)
		got := m.Inverse(y).Value()
		if e := math.Abs(got - v); !(e <= 1e-14*(math.Abs(v)+math.Abs(y.Value())*math.Exp(-fldj(m, x).Value()))) {
			t.Errorf("%v·x³ + %v·x: got f⁻¹(f(%v)) = %v", p, q, v, got)
		}
	})
}
