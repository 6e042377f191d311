package bijector_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
)

// counted counts the evaluations of a map.
type counted struct {
	f func(x autodiff.Var) (y, logSlope autodiff.Var)
	n *int
}

func (c counted) Params() int { return 0 }

func (c counted) Forward(x, _ autodiff.Var) (y, logSlope autodiff.Var) {
	*c.n++
	return c.f(x)
}

// Maps on which Newton's method alone runs away or crawls.
func TestNumericOnHardMaps(t *testing.T) {
	inf := math.Inf(1)
	exp := func(x autodiff.Var) (autodiff.Var, autodiff.Var) { return x.Exp(), x }
	sigmoid := func(x autodiff.Var) (autodiff.Var, autodiff.Var) {
		return x.Sigmoid(), x.LogSigmoid().Add(x.Neg().LogSigmoid())
	}
	ninth := func(x autodiff.Var) (autodiff.Var, autodiff.Var) { // flat at 0
		return x.Pow(9), x.Square().MulConst(3).Log().MulConst(4).AddConst(math.Log(9.0 / 81))
	}
	sinh := func(x autodiff.Var) (autodiff.Var, autodiff.Var) { return x.Sinh(), x.Cosh().Log() }
	steep := func(x autodiff.Var) (autodiff.Var, autodiff.Var) {
		return x.MulConst(1e6).Atan(), x.MulConst(1e6).Square().Log1p().Neg().AddConst(math.Log(1e6))
	}
	log := func(x autodiff.Var) (autodiff.Var, autodiff.Var) { return x.Log(), x.Log().Neg() }
	for _, c := range []struct {
		name    string
		f       func(autodiff.Var) (autodiff.Var, autodiff.Var)
		lo, hi  float64
		y, want float64
	}{
		{"exp", exp, 0, 0, 1e300, 690.7755278982137},
		{"exp", exp, 0, 0, 1e-300, -690.7755278982137},
		{"exp", exp, 0, 0, 2, math.Ln2},
		{"sigmoid", sigmoid, 0, 0, 1e-300, -690.7755278982137},
		{"sigmoid", sigmoid, 0, 0, 0.75, 1.0986122886681098},
		{"ninth", ninth, 0, 0, 1e-90, 1e-10},
		{"ninth", ninth, 0, 0, -512, -2},
		{"sinh", sinh, 0, 0, -1e200, -461.2101657793691},
		{"steep", steep, 0, 0, 1.5, math.Tan(1.5) / 1e6},
		{"log", log, 0, inf, -5, math.Exp(-5)},
		{"log", log, 0, inf, 3, math.Exp(3)},
		{"exp on (−1, 1)", exp, -1, 1, 2.5, 0.9162907318741551},
	} {
		n := 0
		m := bijector.NewNumericOn(counted{c.f, &n}, math.Inf(-1), inf)
		if c.lo != c.hi {
			m = bijector.NewNumericOn(counted{c.f, &n}, c.lo, c.hi)
		}
		y := autodiff.NewTape().Matrix(mat.NewDense(1, 1, []float64{c.y}))
		got := bijector.NewElementwise(1, m).Inverse(y).Value()
		if math.Abs(got-c.want) > 4e-15*math.Abs(c.want) {
			t.Errorf("%s: y = %v: got x = %v, want %v (%d evaluations)", c.name, c.y, got, c.want, n)
		}
		if n > 120 {
			t.Errorf("%s: y = %v: got %d evaluations, want at most 120", c.name, c.y, n)
		}
	}
}

// A y that no x leads to ends the search.
func TestNumericOutsideTheRange(t *testing.T) {
	n := 0
	sigmoid := func(x autodiff.Var) (autodiff.Var, autodiff.Var) {
		return x.Sigmoid(), x.LogSigmoid().Add(x.Neg().LogSigmoid())
	}
	b := bijector.NewElementwise(1, bijector.NewNumeric(counted{sigmoid, &n}))
	y := autodiff.NewTape().Matrix(mat.NewDense(3, 1, []float64{1.5, 0.5, math.NaN()}))
	x := b.Inverse(y)
	if n > 310 || math.Abs(x.At(1, 0)) > 1e-15 || !math.IsNaN(x.At(2, 0)) {
		t.Errorf("got x = %v after %d evaluations, want 0 and NaN in the last two rows", x.Data(), n)
	}
}

func TestNumericPanics(t *testing.T) {
	f := bijector.IncreasingFunc(func(x autodiff.Var) (y, l autodiff.Var) { return x, x })
	for name, f := range map[string]func(){
		"no map":        func() { bijector.NewNumeric(nil) },
		"domain":        func() { bijector.NewNumericOn(f, 2, 1) },
		"domain of NaN": func() { bijector.NewNumericOn(f, math.NaN(), 1) },
		"nil function":  func() { bijector.NewInline(nil, nil, nil) },
		"no columns":    func() { bijector.NewBatchNorm(0) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("got no panic, want one")
				}
			}()
			f()
		})
	}
}

// The inverse of x + x³, which has no convenient formula.
func ExampleNumeric() {
	cubic := bijector.IncreasingFunc(func(x autodiff.Var) (y, logSlope autodiff.Var) {
		return x.Add(x.Pow(3)), x.Square().MulConst(3).Log1p()
	})
	show(bijector.NewElementwise(1, bijector.NewNumeric(cubic)), 2)
	// Output: [2] → [10] → [2], log|det| 2.5649
}

func ExampleIncreasingFunc() {
	var f bijector.Increasing = bijector.IncreasingFunc(func(x autodiff.Var) (y, logSlope autodiff.Var) {
		return x.Sinh(), x.Cosh().Log()
	})
	fmt.Println(f.Params())
	// Output: 0
}

func ExampleInline() {
	b := bijector.NewInline(
		func(x autodiff.Var) autodiff.Var { return x.Sinh() },
		func(y autodiff.Var) autodiff.Var { return y.Asinh() },
		func(y autodiff.Var) autodiff.Var { return y.Square().Log1p().MulConst(-0.5).RowSum() },
	)
	show(b, 1)
	// Output: [1] → [1.175] → [1], log|det| 0.4338
}
