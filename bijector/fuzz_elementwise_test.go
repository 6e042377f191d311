package bijector_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
)

// A fuzzMap makes an elementwise map from three parameters, a of any sign, p and
// q positive, all of moderate size, and says where it lives; decreasing maps fall.
type fuzzMap struct {
	name   string
	make   func(a, p, q autodiff.Value) bijector.Bijector
	lo, hi func(a, p, q float64) float64 // nil: −∞ and ∞
	falls  bool
}

func zero3(a, p, q float64) float64 { return 0 }
func one3(a, p, q float64) float64  { return 1 }

var fuzzMaps = []fuzzMap{
	{name: "Exp", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.Exp{} }},
	{name: "Log", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.Log{} }, lo: zero3},
	{name: "Expm1", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.Expm1{} }},
	{name: "Log1p", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.Log1p{} }, lo: func(a, p, q float64) float64 { return -1 }},
	{name: "Reciprocal", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.Reciprocal{} }, lo: zero3, falls: true},
	{name: "Softplus", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.NewSoftplus(p, a) }},
	{name: "Sigmoid", make: func(a, p, q autodiff.Value) bijector.Bijector {
		return bijector.NewSigmoid(a, autodiff.Fixed(a.Numbers()[0]+p.Numbers()[0]))
	}},
	{name: "Tanh", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.Tanh{} }},
	{name: "Softsign", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.Softsign{} }},
	{name: "SoftClip", make: func(a, p, q autodiff.Value) bijector.Bijector {
		return bijector.NewSoftClip(a, autodiff.Fixed(a.Numbers()[0]+p.Numbers()[0]), q)
	}},
	{name: "SoftClip/low", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.NewSoftClip(a, none, p) }},
	{name: "SoftClip/high", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.NewSoftClip(none, a, p) }},
	{name: "Softfloor", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.NewSoftfloor(p) }},
	{name: "Sinh", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.Sinh{} }},
	{name: "SinhArcsinh", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.NewSinhArcsinh(a, p) }},
	{name: "JohnsonSU", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.NewJohnsonSU(a, p, a, q) }},
	{name: "Power", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.NewPower(p.Numbers()[0]) }, lo: zero3},
	{name: "Power/falls", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.NewPower(-p.Numbers()[0]) }, lo: zero3, falls: true},
	{name: "Power/odd", make: func(a, p, q autodiff.Value) bijector.Bijector {
		return bijector.NewPower(2*math.Floor(math.Abs(a.Numbers()[0])) + 1)
	}},
	{name: "PowerTransform", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.NewPowerTransform(a) },
		lo: func(a, p, q float64) float64 { return pole(a, 1) }, hi: func(a, p, q float64) float64 { return pole(a, -1) }},
	{name: "YeoJohnson", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.NewYeoJohnson(a) }},
	{name: "Square", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.Square{} }, lo: zero3},
	{name: "SignedPower", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.NewSignedPower(p) }},
	{name: "LeakyReLU", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.NewLeakyReLU(p) }},
	{name: "ELU", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.ELU{} }},
	{name: "LogTanh", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.NewLogTanh(p, q) }},
	{name: "LeakyTanh", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.NewLeakyTanh(p) }},
	{name: "LambertWTail", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.NewLambertWTail(a, p, q) }},
	{name: "TukeyGH", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.NewTukeyGH(a, p) }},
	{name: "NormalCDF", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.NewNormalCDF(a, p) }},
	{name: "LogisticCDF", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.NewLogisticCDF(a, p) }},
	{name: "CauchyCDF", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.NewCauchyCDF(a, p) }},
	{name: "LaplaceCDF", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.NewLaplaceCDF(a, p) }},
	{name: "StudentTCDF", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.NewStudentTCDF(q, a, p) }},
	{name: "GumbelCDF", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.NewGumbelCDF(a, p) }},
	{name: "GeneralizedExtremeValueCDF", make: func(a, p, q autodiff.Value) bijector.Bijector {
		return bijector.NewGeneralizedExtremeValueCDF(none, none, a)
	}, lo: func(a, p, q float64) float64 { return pole(a, 1) }, hi: func(a, p, q float64) float64 { return pole(a, -1) }},
	{name: "FrechetCDF", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.NewFrechetCDF(none, p, q) }, lo: zero3},
	{name: "WeibullCDF", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.NewWeibullCDF(p, q) }, lo: zero3},
	{name: "RayleighCDF", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.NewRayleighCDF(p) }, lo: zero3},
	{name: "GompertzCDF", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.NewGompertzCDF(p, q) }, lo: zero3},
	{name: "ShiftedGompertzCDF", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.NewShiftedGompertzCDF(p, q) }, lo: zero3},
	{name: "KumaraswamyCDF", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.NewKumaraswamyCDF(p, q) }, lo: zero3, hi: one3},
	{name: "MoyalCDF", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.NewMoyalCDF(a, p) }},
	{name: "BetaCDF", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.NewBetaCDF(p, q) }, lo: zero3, hi: one3},
	{name: "GeneralizedPareto", make: func(a, p, q autodiff.Value) bijector.Bijector { return bijector.NewGeneralizedPareto(none, p, a) }},
}

// pole returns −1/a if that bounds the domain from the side of sign, which is
// below for 1.
func pole(a, sign float64) float64 {
	if a*sign > 0 {
		return -1 / a
	}
	return math.Inf(-int(sign))
}

// FuzzScalarMaps takes any parameters (brought to a moderate size) and any two
// numbers: values and log-determinants are no NaN, the map is monotone to a few
// roundings, and the inverse finds x again to what the slope allows.
func FuzzScalarMaps(f *testing.F) {
	for k := range fuzzMaps {
		f.Add(uint8(k), 0.5, 0.25, -0.5, 0.3, 0.8)
		f.Add(uint8(k), -0.7, 2.0, 0.1, -4.0, 40.0)
		f.Add(uint8(k), 0.0, -2.0, 1.0, 1e-9, 1e6)
	}
	f.Fuzz(func(t *testing.T, kind uint8, a, p, q, x1, x2 float64) {
		if math.IsNaN(a+p+q) || math.IsNaN(x1+x2) {
			return
		}
		m := fuzzMaps[int(kind)%len(fuzzMaps)]
		a, p, q = 3*math.Tanh(a), math.Exp(2*math.Tanh(p)), math.Exp(2*math.Tanh(q))
		b := m.make(autodiff.Fixed(a), autodiff.Fixed(p), autodiff.Fixed(q))
		lo, hi := math.Inf(-1), math.Inf(1)
		if m.lo != nil {
			lo = m.lo(a, p, q)
		}
		if m.hi != nil {
			hi = m.hi(a, p, q)
		}
		if x1, x2 = min(x1, x2), max(x1, x2); x1 <= lo || x2 >= hi {
			x1, x2 = inside(x1, lo, hi), inside(x2, lo, hi)
			x1, x2 = min(x1, x2), max(x1, x2)
		}
		y1, l1 := checkNumber(t, m.name, b, x1)
		y2, l2 := checkNumber(t, m.name, b, x2)
		if m.falls {
			y1, y2 = y2, y1
		}
		// Errors of a few roundings in x and y; slopes are those at the ends.
		slack := 1e-14 * (math.Abs(y1) + math.Abs(y2) + math.Abs(a) + math.Exp(max(l1, l2))*(math.Abs(x1)+math.Abs(x2)+math.Abs(a)))
		if y1 > y2+slack {
			t.Errorf("%s(%v, %v, %v): got values %v and %v at %v and %v, want them in order", m.name, a, p, q, y1, y2, x1, x2)
		}
	})
}

// inside folds x into the open interval from lo to hi.
func inside(x, lo, hi float64) float64 {
	switch v := math.Abs(x); {
	case !math.IsInf(lo, 0) && !math.IsInf(hi, 0):
		return lo + (hi-lo)*(0.001+0.998/(1+v))
	case !math.IsInf(lo, 0):
		return lo + max(v, 1e-9)
	case !math.IsInf(hi, 0):
		return hi - max(v, 1e-9)
	}
	return x
}

func checkNumber(t *testing.T, name string, b bijector.Bijector, x float64) (y, l float64) {
	t.Helper()
	tape := autodiff.NewTape()
	v := tape.Matrix(mat.NewDense(1, 1, []float64{x}))
	f := b.Forward(v)
	y, l = f.Value(), fldj(b, v).Value()
	back, il := b.Inverse(f).Value(), b.ILDJ(f).Value()
	for _, n := range []float64{y, l, back, il} {
		if math.IsNaN(n) {
			t.Fatalf("%s(%v): got value %v, log slope %v, back %v, %v there, want no NaN", name, x, y, l, back, il)
		}
	}
	if math.IsInf(y, 0) || math.IsInf(il, 0) {
		return y, l // beyond what numbers hold
	}
	tol := 1e-12*(math.Abs(x)+1) + 1e-13*(math.Abs(y)+3)*math.Exp(max(-l, il))
	if !(math.Abs(back-x) <= tol) {
		t.Errorf("%s(%v) = %v: got %v back, want within %v", name, x, y, back, tol)
	}
	return y, l
}
