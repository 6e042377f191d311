package dist_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/dist"
)

// Logarithms of tails that underflow, and their inverses; the exact values have 20
// digits.
func TestLogTails(t *testing.T) {
	student := func(ν float64) *dist.Columns { return dist.NewStudentT(1, f(ν), f(0), f(1)) }
	for _, c := range []struct {
		what       string
		d          *dist.Columns
		x, logTail float64 // P(X > x)
	}{
		{"N(-40, 1)", dist.NewNormal(1, f(-40), f(1)), 0, -804.60844201375378817},
		{"N(0, 1)", dist.NewNormal(1, f(0), f(1)), 1e6, -500000000014.7344490911699},
		{"t(1000)", student(1000), 1e3, -3458.749957078099333445436},
		{"t(300)", student(300), 1e200, -137303.3098715466337903885},
		{"t(5)", student(5), 1e100, -1149.042290261209365463896},
		{"t(1e6)", student(1e6), 60, -1801.779519227343085815782},
		{"Laplace", dist.NewLaplace(1, f(0), f(1)), 1e6, -1000000.693147180559945309},
		{"Logistic", dist.NewLogistic(1, f(0), f(2)), 2e6, -1000000},
	} {
		x, l := []float64{c.x}, []float64{c.logTail}
		if got := c.d.LogSurvival(nil, x)[0]; !(math.Abs(got-c.logTail) <= 4*ulp(c.logTail)) {
			t.Errorf("%s: got log P(X > %v) = %v, want %v", c.what, c.x, got, c.logTail)
		}
		if got := c.d.LogCDF(nil, x)[0]; got != 0 {
			t.Errorf("%s: got log P(X ≤ %v) = %v, want 0", c.what, c.x, got)
		}
		// the rounding of l moves x
		if got := c.d.InverseLogSurvival(nil, l)[0]; !(math.Abs(got-c.x) <= 2e-13*c.x) {
			t.Errorf("%s: got the quantile %v of log P(X > x) = %v, want %v", c.what, got, c.logTail, c.x)
		}
		mirrored := 2 * c.d.Quantile(nil, []float64{0.5})[0]
		if got, want := c.d.LogCDF(nil, []float64{mirrored - c.x})[0], c.logTail; !(math.Abs(got-want) <= 4*ulp(want)) {
			t.Errorf("%s: got log P(X ≤ %v) = %v, want %v", c.what, mirrored-c.x, got, want)
		}
	}
}

// log P(a < X ≤ b), and its limits.
func TestLogInterval(t *testing.T) {
	n, p := dist.NewNormal(1, f(0), f(1)), dist.NewPoisson(1, f(3))
	inf := math.Inf(1)
	for _, c := range []struct {
		d    *dist.Columns
		a, b float64
		want float64
	}{
		{n, -inf, inf, 0},
		{n, 1, 1, -inf},
		{n, 2, 1, -inf},
		{n, 40, inf, -804.60844201375378817},
		{p, 2, 2.5, -inf},
		{p, 2, 3, math.Log(4.5) - 3},
		{p, -inf, 0, -3},
	} {
		if got := c.d.LogInterval(nil, []float64{c.a}, []float64{c.b})[0]; got != c.want && !(math.Abs(got-c.want) <= 4*ulp(c.want)) {
			t.Errorf("got log P(%v < X ≤ %v) = %v, want %v", c.a, c.b, got, c.want)
		}
	}
}

// Products, mixtures and marginals have the logarithms of their columns, and what
// only knows a distribution function has those of it.
func TestLogTailsOfParts(t *testing.T) {
	left, right := dist.NewNormal(1, f(0), f(1)), dist.NewLaplace(1, f(-3), f(2))
	mix := dist.NewMixture(dist.FixedWeights(1, 3), left, right)
	far := []float64{300}
	if got, want := mix.LogSurvival(nil, far)[0], math.Log(0.375)-151.5; math.Abs(got-want) > 2*ulp(want) {
		t.Errorf("mixture: got log P(X > 300) = %v, want %v", got, want)
	}
	if got := mix.LogInterval(nil, []float64{300}, []float64{301})[0]; math.Abs(got-(math.Log(0.375)-151.5+math.Log(1-math.Exp(-0.5)))) > 1e-13 {
		t.Errorf("mixture: got log P(300 < X ≤ 301) = %v", got)
	}
	if got := mix.InverseLogSurvival(nil, mix.LogSurvival(nil, far))[0]; math.Abs(got-300) > 1e-12 {
		t.Errorf("mixture: got the quantile %v, want 300", got)
	}
	if got := mix.InverseLogCDF(nil, mix.LogCDF(nil, []float64{-5e3}))[0]; math.Abs(got+5e3) > 1e-9 {
		t.Errorf("mixture: got the quantile %v, want -5000", got)
	}
	if got, want := mix.InverseSurvival(nil, []float64{0.25})[0], mix.Quantile(nil, []float64{0.75})[0]; math.Abs(got-want) > 1e-14 {
		t.Errorf("mixture: got inverse survival %v, want %v", got, want)
	}
	joint := dist.NewJoint(left, mix)
	row := []float64{-300, 300}
	if got := joint.LogSurvival(nil, row); got[0] != 0 || got[1] != mix.LogSurvival(nil, far)[0] {
		t.Errorf("joint: got %v", got)
	}
	if got := dist.LogCDF(table["MultivariateNormal"].(dist.CDFer), nil, []float64{-400, 0}); !(got[0] < -700 && got[0] > -1e6) {
		t.Errorf("marginal of a multivariate normal: got log P(X ≤ -400) = %v", got[0])
	}
	c := table["Categorical"].(dist.CDFer)
	if got, want := dist.LogInterval(c, nil, []float64{0}, []float64{2})[0], math.Log(0.6); math.Abs(got-want) > 1e-15 {
		t.Errorf("categorical: got log P(0 < X ≤ 2) = %v, want %v", got, want)
	}
}
