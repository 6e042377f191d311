package dist_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

// Draws whose standard form overflows are finite where they are numbers themselves, and distributed by the distribution
// function: only those beyond the largest number are infinite.
func TestDrawsBeyondStandard(t *testing.T) {
	const n = 1000
	for _, c := range []struct {
		name string
		d    *dist.Columns
	}{
		{"JohnsonSU", dist.NewJohnsonSU(1, f(0), f(1e-3), f(0), f(1e-300))},
		{"LambertWNormal", dist.NewLambertWNormal(1, f(0), f(1e-300), f(500))},
		{"StudentT", dist.NewStudentT(1, f(0.002), f(0), f(1e-300))},
		{"HalfStudentT", dist.NewHalfStudentT(1, f(0.002), f(0), f(1e-300))},
		{"InverseGamma", dist.NewInverseGamma(1, f(0.002), f(1e-300))},
		{"GeneralizedNormal", dist.NewGeneralizedNormal(1, f(0), f(1e-300), f(0.0057))},
	} {
		x := mat.NewDense(n, 1, nil)
		c.d.Draw(x, rand.NewPCG(7, 9))
		draws := x.RawMatrix().Data
		slices.Sort(draws)
		infinite, beyond, worst := 0, 0, 0.0
		for i, v := range draws {
			if math.IsInf(v, 0) {
				infinite++
				continue
			}
			if math.Abs(v)/1e-300 > math.MaxFloat64 {
				beyond++
			}
			p := c.d.CDF(nil, []float64{v})[0]
			worst = max(worst, math.Abs(p-float64(i)/n))
		}
		far := c.d.Survival(nil, []float64{math.MaxFloat64})[0] + c.d.CDF(nil, []float64{-math.MaxFloat64})[0]
		t.Logf("%s: %d of %d draws infinite, %d finite beyond 1e308 scales, %.2g off", c.name, infinite, n, beyond, worst*math.Sqrt(n))
		if beyond == 0 {
			t.Errorf("%s: no draw between what z and x can be", c.name)
		}
		if math.Abs(float64(infinite)-far*n) > 5*math.Sqrt(far*n)+1 {
			t.Errorf("%s: %d draws of %d are infinite, want about %.0f", c.name, infinite, n, far*n)
		}
		if worst*math.Sqrt(n) > 1.9 {
			t.Errorf("%s: the distribution function of draws is %.3g off", c.name, worst)
		}
	}
}

// The logarithm of Gompertz's distribution function where the hazard underflows is that of the hazard.
func TestGompertzNearZero(t *testing.T) {
	for _, c := range []struct{ c, r, x, want float64 }{
		{1, 1e-100, 1e-300, -400 * math.Ln10},
		{1e-300, 1, 1e-20, -320 * math.Ln10},
		{1e-300, 1e-10, 1e-300, -610 * math.Ln10},
		{1e-200, 1e-200, 1e100, -300 * math.Ln10},
	} {
		d := dist.NewGompertz(1, f(c.c), f(c.r))
		if got := d.LogCDF(nil, []float64{c.x})[0]; !(math.Abs(got-c.want) <= 4e-16*math.Abs(c.want)) {
			t.Errorf("Gompertz(%v, %v): log P(X ≤ %v) = %v, want %v", c.c, c.r, c.x, got, c.want)
		}
		if got := d.LogSurvival(nil, []float64{c.x})[0]; got > 0 || got < -1e-290 {
			t.Errorf("Gompertz(%v, %v): log P(X > %v) = %v", c.c, c.r, c.x, got)
		}
	}
}
