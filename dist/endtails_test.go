package dist_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/normflow/normflow/dist"
)

// Where the standard form of x overflows or underflows, distribution functions and quantiles are those of mpmath.
func TestEndTails(t *testing.T) {
	eachEnd(t, "testdata/endtails.txt", func(name string, args, v []float64) { // x and the logarithms of both tails
		checkEndTails(t, fmt.Sprintf("%s %v at %v", name, args, v[0]), heavy[name].of(fixed(args)), v[0], v[1], v[2])
	})
}

func checkEndTails(t *testing.T, what string, d *dist.Columns, x, lower, upper float64) {
	t.Helper()
	row := []float64{x}
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"CDF", math.Log(d.CDF(nil, row)[0]), lower}, {"survival", math.Log(d.Survival(nil, row)[0]), upper},
		{"log CDF", d.LogCDF(nil, row)[0], lower}, {"log survival", d.LogSurvival(nil, row)[0], upper},
	} {
		logarithm := strings.HasPrefix(c.name, "log ")
		if math.Abs(c.want) < 1e-3 && logarithm { // a probability: the other tail
			c.got, c.want = math.Log(-c.got), math.Log(-c.want)
		} else if c.want < -700 && !logarithm {
			c.got = max(c.got, -745) // denormal numbers
			c.want = max(c.want, -745)
			if math.Abs(c.got-c.want) < 40 {
				continue
			}
		}
		if c.got != c.want && !(math.Abs(c.got-c.want) <= 2e-13*(1+math.Abs(c.want))) {
			t.Errorf("%s: %s (or its logarithm) is %v, want %v", what, c.name, c.got, c.want)
		}
	}
	// An error of a last digit in the probability moves log|x| by its logarithm over the power of the tail.
	q := d.Quantile(nil, d.CDF(nil, row))
	if upper < lower {
		q = d.InverseSurvival(nil, d.Survival(nil, row))
	}
	if min(lower, upper) > -700 && max(lower, upper) < math.Log(0.45) {
		slope := math.Exp(d.LogProb(row)-min(lower, upper)) * math.Abs(x)
		if !(math.Abs(math.Log(q[0]/x)) <= 1e-13*(1+math.Abs(min(lower, upper)))*max(1, 1/slope)) {
			t.Errorf("%s: the quantile is %v", what, q[0])
		}
	}
}

// A tail that is a power of x is one from any point on: truncated, it is Pareto's distribution, whatever the scale.
func TestTruncatedEnds(t *testing.T) {
	for _, df := range []float64{1e-3, 3} {
		d := dist.NewTruncated(dist.NewStudentT(1, f(df), f(0), f(1e-300)), f(1e10), f(1e12))
		same := dist.NewTruncated(dist.NewPareto(1, f(df), f(1e10)), f(1e10), f(1e12))
		x := []float64{3e10}
		near(t, "log-density", d.LogProb(x), same.LogProb(x))
		near(t, "cdf", d.CDF(nil, x)[0], same.CDF(nil, x)[0])
		near(t, "mean", d.Mean(nil)[0]/1e10, same.Mean(nil)[0]/1e10)
		for _, p := range []float64{0.01, 0.5, 0.99} {
			near(t, "quantile", d.Quantile(nil, []float64{p})[0]/1e10, same.Quantile(nil, []float64{p})[0]/1e10)
		}
	}
}

// Numbers and locations whose difference overflows, and products with a concentration that do.
func TestDifferenceOverflows(t *testing.T) {
	const big = 1.5e308
	x := []float64{big}
	for _, c := range []struct{ d, same *dist.Columns }{
		{dist.NewNormal(1, f(-big), f(1e308)), dist.NewNormal(1, f(0), f(1))},
		{dist.NewLaplace(1, f(-big), f(1e308)), dist.NewLaplace(1, f(0), f(1))},
		{dist.NewStudentT(1, f(3), f(-big), f(1e308)), dist.NewStudentT(1, f(3), f(0), f(1))},
		{dist.NewGPD(1, f(-big), f(1e308), f(0.25)), dist.NewGPD(1, f(0), f(1), f(0.25))},
	} {
		z := []float64{3}
		near(t, "log-density", c.d.LogProb(x), c.same.LogProb(z)-308*math.Ln10)
		near(t, "cdf", c.d.CDF(nil, x)[0], c.same.CDF(nil, z)[0])
		near(t, "log survival", c.d.LogSurvival(nil, x)[0], c.same.LogSurvival(nil, z)[0])
	}
	// log(1 + 1e310)/1e10
	w := 310 * math.Ln10 / 1e10
	gev, gpd := dist.NewGEV(1, f(0), f(1), f(1e10)), dist.NewGPD(1, f(0), f(1), f(1e10))
	x[0] = 1e300
	near(t, "GEV: log-density", gev.LogProb(x), -310*math.Ln10-w-math.Exp(-w))
	near(t, "GPD: log-density", gpd.LogProb(x), -310*math.Ln10-w)
	near(t, "GEV: log cdf", gev.LogCDF(nil, x)[0], -math.Exp(-w))
	near(t, "GPD: cdf", gpd.CDF(nil, x)[0]/w, -math.Expm1(-w)/w)
	near(t, "GPD: quantile", math.Log(gpd.Quantile(nil, []float64{-math.Expm1(-w)})[0]), 300*math.Ln10)
}
