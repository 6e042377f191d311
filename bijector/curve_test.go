package bijector_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/bijector/bijectortest"
	"github.com/normflow/normflow/internal/rng"
)

// curves are the univariates that are computed by columns.
var curves = []bijector.Univariate{
	bijector.MixtureCDF{Components: 3},
	bijector.MixtureCDF{Components: 3, Logistic: true},
	bijector.MixtureCDF{Components: 2, Equal: true, Scale: bijector.Exponential},
	bijector.MixtureCDF{Components: 2, Equal: true, Scale: bijector.SoftplusScale, Shrink: 1e-6},
	bijector.SOSPolynomial{},
	bijector.SOSPolynomial{Polynomials: 2, Degree: 1, Bound: 2, Slope: 0.1, Straight: true},
	bijector.SOSPolynomial{Degree: 20},
	bijector.Bernstein{},
	bijector.Bernstein{Degree: 40, Bound: 3, Gap: 1e-5},
	bijector.Bernstein{Degree: 1},
	bijector.Moebius{},
	bijector.Moebius{Components: 1, Bound: 12},
	bijector.LinearSpline{},
	bijector.QuadraticSpline{},
	bijector.QuadraticSpline{Bins: 2, Half: true},
	bijector.QuadraticSpline{Bins: 20, Bound: 1, Tails: bijector.FreeTails},
	bijector.CubicSpline{},
	bijector.CubicSpline{Bins: 1, Bound: 2},
	bijector.LinearRationalSpline{},
	bijector.LinearRationalSpline{Bins: 1},
}

// curveName tells curves apart.
func curveName(m bijector.Univariate) string { return fmt.Sprintf("%T%+v", m, m) }

// Whatever the parameters and the argument, there are values, which rise with the argument, and the inverse of any number.
func TestCurvesAreTotal(t *testing.T) {
	args := []float64{0, 1e-300, 1e-9, 0.1, 1, 3, 30, 1e3, 1e9, 1e100, 1e200, 1e308}
	for _, v := range slices.Clone(args) {
		args = append(args, -v)
	}
	slices.Sort(args)
	for _, m := range curves {
		r := rand.New(rng.New(1))
		for _, scale := range []float64{0, 0.1, 1, 30, 1e4, 1e300} {
			for range 20 {
				raw := make([]float64, m.Params())
				for i := range raw {
					raw[i] = scale * r.NormFloat64()
				}
				for _, f := range []func(x, raw autodiff.Var) (y, ls autodiff.Var){m.Forward, m.Inverse} {
					tape := autodiff.NewTape()
					x := tape.View(len(args), 1, args)
					y, ls := f(x, tape.View(1, len(raw), raw))
					last := math.Inf(-1)
					for i, v := range y.Data() {
						if math.IsNaN(v+0*ls.Data()[i]) && !math.IsInf(ls.Data()[i], 0) && !math.IsInf(v, 0) || v < last-1e-9*math.Abs(last)-1e-13 {
							t.Fatalf("%s: parameters %v: at %v: got %v with log-slope %v after %v, want a number that is not less", curveName(m), raw, args[i], v, ls.Data()[i], last)
						}
						last = v
					}
				}
			}
		}
	}
}

// The inverse is as exact as the map: many rows at once, and one by one, which have the same bits.
func TestCurvesInvert(t *testing.T) {
	const n = 700 // more than a block
	for _, m := range curves {
		r := rand.New(rng.New(2))
		x, raw := make([]float64, n), make([]float64, n*m.Params())
		for i := range x {
			x[i] = 2 * r.NormFloat64()
		}
		for i := range raw {
			raw[i] = r.NormFloat64()
		}
		tape := autodiff.NewTape()
		k := m.Params()
		params := tape.View(n, k, raw)
		y, ls := m.Forward(tape.View(n, 1, x), params)
		back, back1 := m.Inverse(y, params)
		again, _ := m.Forward(back, params)
		for i := range x {
			slope := math.Exp(ls.Data()[i])
			if d := math.Abs(back.Data()[i] - x[i]); !(d <= 1e-13*(1+math.Abs(x[i]))*max(1, 1/slope)) && !(slope < 1e-6) {
				t.Errorf("%s: row %d: got x %v back, want %v: slope %v", curveName(m), i, back.Data()[i], x[i], slope)
			}
			if d := math.Abs(again.Data()[i] - y.Data()[i]); !(d <= 1e-14*max(1, math.Abs(y.Data()[i]), math.Abs(x[i]*slope))) {
				t.Errorf("%s: row %d: got y %v at the inverse, want %v", curveName(m), i, again.Data()[i], y.Data()[i])
			}
			if i%50 == 0 {
				one, one1 := m.Inverse(tape.Scalar(y.Data()[i]), tape.View(1, k, raw[i*k:(i+1)*k]))
				if one.Value() != back.Data()[i] || one1.Value() != back1.Data()[i] {
					t.Errorf("%s: row %d alone: got %v, %v, want %v, %v", curveName(m), i, one.Value(), one1.Value(), back.Data()[i], back1.Data()[i])
				}
			}
		}
	}
}

// The gradients of many rows, more than a block, have the bits of those of each alone.
func TestCurvesDifferentiateRowByRow(t *testing.T) {
	const n = 600
	for _, m := range curves {
		k := m.Params()
		x, raw := bijectortest.Normal(n, 1), bijectortest.Normal(n, k)
		for way, f := range []func(x, raw autodiff.Var) (y, ls autodiff.Var){m.Forward, m.Inverse} {
			grads := func(from, to int) (dx, draw []float64) {
				tape := autodiff.NewTape()
				xs, raws := tape.Variable(x.Slice(from, to, 0, 1)), tape.Variable(raw.Slice(from, to, 0, k))
				y, ls := f(xs, raws)
				tape.Backward(y.Sum().Add(ls.Square().Sum()))
				return xs.Grad(), raws.Grad()
			}
			dx, draw := grads(0, n)
			for i := 0; i < n; i += 37 {
				one, ones := grads(i, i+1)
				if one[0] != dx[i] || !slices.Equal(ones, draw[i*k:(i+1)*k]) {
					t.Errorf("%s, direction %d: row %d: got gradients %v, %v alone, %v, %v among others", curveName(m), way, i, one, ones, dx[i], draw[i*k:(i+1)*k])
				}
			}
		}
	}
}
