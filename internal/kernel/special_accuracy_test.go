package kernel

import (
	"math"
	"math/big"
	"testing"
)

var specialTests = []struct {
	name  string
	f     func(dst, x []float64)
	limit float64
}{
	{"log1mexp", Log1mExp, 3},
	{"logcosh", LogCosh, 2},
	{"atanh", Atanh, 3},
	{"log1msquare", Log1mSquare, 3},
	{"normalcdf", NormalCDF, 3},
	{"normalquantile", NormalQuantile, 1.5},
	{"lambertw", LambertW, 3},
	{"lambertwexp", LambertWExp, 3},
}

func TestSpecialAccuracy(t *testing.T) {
	for _, c := range specialTests {
		ps := table(t, c.name)
		worst, at := 0.0, 0
		var y [1]float64
		for i, p := range ps {
			c.f(y[:], p.args)
			if u := ulps(y[0], p.value); u > worst {
				worst, at = u, i
			}
		}
		t.Logf("%-14s %4d points, at most %.3f ulp, at %g", c.name, len(ps), worst, ps[at].args[0])
		if worst > c.limit {
			c.f(y[:], ps[at].args)
			t.Errorf("%s(%g) = %g, want %.25g: %.3f ulp, want ≤ %g", c.name, ps[at].args[0], y[0], ps[at].value, worst, c.limit)
		}
	}
}

func TestSpecialEdges(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		name string
		f    func(dst, x []float64)
		x, y []float64
	}{
		{"log1mexp", Log1mExp, []float64{0, inf, nan, -1, 1e300}, []float64{-inf, 0, nan, nan, 0}},
		{"logcosh", LogCosh, []float64{0, inf, -inf, nan, 1e300}, []float64{0, inf, inf, nan, 1e300}},
		{"atanh", Atanh, []float64{0, math.Copysign(0, -1), 1, -1, 1.5, nan}, []float64{0, math.Copysign(0, -1), inf, -inf, nan, nan}},
		{"log1msquare", Log1mSquare, []float64{0, 1, -1, 1.5, nan}, []float64{0, -inf, -inf, nan, nan}},
		{"normalcdf", NormalCDF, []float64{0, inf, -inf, nan, 1e300, -1e300}, []float64{0.5, 1, 0, nan, 1, 0}},
		{"normalquantile", NormalQuantile, []float64{0.5, 0, 1, -0.5, 1.5, nan}, []float64{0, -inf, inf, nan, nan, nan}},
		{"lambertw", LambertW, []float64{0, inf, nan, -1}, []float64{0, inf, nan, nan}},
		{"lambertwexp", LambertWExp, []float64{-inf, -1e300, inf, nan}, []float64{0, 0, inf, nan}},
	} {
		y := make([]float64, len(c.x))
		c.f(y, c.x)
		for i, v := range c.x {
			if !same(y[i], c.y[i]) && !(y[i] == 0 && c.y[i] == 0) {
				t.Errorf("%s(%g) = %g, want %g", c.name, v, y[i], c.y[i])
			}
		}
	}
}

func TestPowEach(t *testing.T) {
	ps := table(t, "pow")
	x, p := make([]float64, len(ps)), make([]float64, len(ps))
	for i, c := range ps {
		x[i], p[i] = c.args[0], c.args[1]
	}
	PowEach(p, x, p)
	worst := 0.0
	for i, c := range ps {
		u := ulps(p[i], c.value)
		if worst = max(worst, u); u > 3 {
			t.Errorf("PowEach(%g, %g) = %g, want %.20g: %.3f ulp", c.args[0], c.args[1], p[i], c.value, u)
		}
	}
	t.Logf("at most %.3f ulp", worst)
}

// SinhSum(x, rest) is sinh x + rest·cosh x, to about an ulp; here
// rest is the least that counts.
func TestSinhSum(t *testing.T) {
	worst := 0.0
	for _, p := range table(t, "sinh") {
		x := p.args[0]
		if v := math.Abs(x); v < 0.4 || v > 700 {
			continue
		}
		for _, rest := range []float64{0, math.Copysign(0x1p-54, -x)} {
			var c [1]float64
			Cosh(c[:], p.args)
			want := new(big.Float).Mul(big.NewFloat(rest), big.NewFloat(c[0]))
			u := ulps(SinhSum(x, rest), want.Add(want.SetPrec(200), p.value))
			worst = max(worst, u)
			if u > 1.1 {
				t.Errorf("SinhSum(%g, %g) = %g, want %.25g: %.3f ulp", x, rest, SinhSum(x, rest), want, u)
			}
		}
	}
	t.Logf("at most %.3f ulp", worst)
}
