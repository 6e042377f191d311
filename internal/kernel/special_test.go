package kernel

import (
	"math"
	"testing"
)

// same reports equal bits, with all NaN alike.
func same(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || a != a && b != b
}

func TestSpecialValues(t *testing.T) {
	inf, nan, neg0, tiny, huge := math.Inf(1), math.NaN(), math.Copysign(0, -1), 5e-324, math.MaxFloat64
	for _, c := range []struct {
		name string
		f    func(dst, x []float64)
		x, y []float64
	}{
		{"exp", Exp, []float64{0, neg0, inf, -inf, nan, huge, -huge, 709.7827128933841, -745.2, tiny}, []float64{1, 1, inf, 0, nan, inf, 0, inf, 0, 1}},
		{"expm1", Expm1, []float64{0, neg0, inf, -inf, nan, huge, -huge, tiny, -tiny, 709.7827128933841}, []float64{0, neg0, inf, -1, nan, inf, -1, tiny, -tiny, inf}},
		{"log", Log, []float64{0, neg0, inf, -inf, nan, 1, -1, -tiny}, []float64{-inf, -inf, inf, nan, nan, 0, nan, nan}},
		{"log1p", Log1p, []float64{0, neg0, inf, -inf, nan, -1, -2, tiny, -tiny}, []float64{0, neg0, inf, nan, nan, -inf, nan, tiny, -tiny}},
		{"tanh", TanhOf, []float64{0, neg0, inf, -inf, nan, huge, -huge, tiny, -tiny}, []float64{0, neg0, 1, -1, nan, 1, -1, tiny, -tiny}},
		{"sigmoid", Sigmoid, []float64{0, neg0, inf, -inf, nan, huge, -huge}, []float64{0.5, 0.5, 1, 0, nan, 1, 0}},
		{"softplus", Softplus, []float64{inf, -inf, nan, huge, -huge}, []float64{inf, 0, nan, huge, 0}},
		{"logsigmoid", LogSigmoid, []float64{inf, -inf, nan, huge, -huge}, []float64{0, -inf, nan, 0, -huge}},
		{"sin", Sin, []float64{0, neg0, inf, -inf, nan, tiny}, []float64{0, neg0, nan, nan, nan, tiny}},
		{"cos", Cos, []float64{0, neg0, inf, -inf, nan, tiny}, []float64{1, 1, nan, nan, nan, 1}},
		{"sinh", Sinh, []float64{0, neg0, inf, -inf, nan, huge, tiny}, []float64{0, neg0, inf, -inf, nan, inf, tiny}},
		{"cosh", Cosh, []float64{0, neg0, inf, -inf, nan, -huge}, []float64{1, 1, inf, inf, nan, inf}},
		{"asinh", Asinh, []float64{0, neg0, inf, -inf, nan, tiny}, []float64{0, neg0, inf, -inf, nan, tiny}},
		{"atan", Atan, []float64{0, neg0, inf, -inf, nan, tiny}, []float64{0, neg0, math.Pi / 2, -math.Pi / 2, nan, tiny}},
		{"sqrt", Sqrt, []float64{0, neg0, inf, -1, nan, 4}, []float64{0, neg0, inf, nan, nan, 2}},
		{"abs", Abs, []float64{0, neg0, -inf, nan, -3}, []float64{0, 0, inf, nan, 3}},
	} {
		y := make([]float64, len(c.x))
		c.f(y, c.x)
		for i, v := range c.x {
			if got := y[i]; !same(got, c.y[i]) {
				t.Errorf("%s(%g) = %g, want %g", c.name, v, got, c.y[i])
			}
		}
	}
}
