package dist_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
)

// f is a fixed number.
func f(x ...float64) autodiff.Value { return autodiff.Fixed(x...) }

// Statistics where formulas cancel; the exact values have 20 digits.
func TestCancellation(t *testing.T) {
	tail := dist.NewTruncated(dist.NewNormal(1, f(0), f(1)), f(36), f(36.5))
	mirrored := dist.NewTruncated(dist.NewNormal(1, f(-1), f(2)), f(-15.25), f(-15))
	for _, c := range []struct {
		what      string
		got, want float64
	}{
		{"mean of N(0, 1) between 36 and 36.5", tail.Mean(nil)[0], 36.027735068657795943},
		{"variance of N(0, 1) between 36 and 36.5", tail.Variance(nil)[0], 0.00076805217212569058339},
		{"entropy of N(0, 1) between 36 and 36.5", tail.Entropy(), -2.5850579590668531069},
		{"mean of N(-1, 4) between -15.25 and -15", mirrored.Mean(nil)[0], -15.106851854989606052},
		{"variance of N(-1, 4) between -15.25 and -15", mirrored.Variance(nil)[0], 0.0050090609139100484155},
		{"entropy of N(-1, 4) between -15.25 and -15", mirrored.Entropy(), -1.4181152552581698369},
		{"variance of LogLogistic(0.4, 0.41)", dist.NewLogLogistic(1, f(0.4), f(0.41)).Variance(nil)[0], 6.695773216600291984},
		{"variance of LogLogistic(-1.3, 0.47)", dist.NewLogLogistic(1, f(-1.3), f(0.47)).Variance(nil)[0], 1.00716087583675479},
		{"variance of LogLogistic(0, 0.49)", dist.NewLogLogistic(1, f(0), f(0.49)).Variance(nil)[0], 46.66022321466681196},
		{"log-density of Poisson(0.05) at 0", dist.NewPoisson(1, f(0.05)).LogProb([]float64{0}), -0.05},
	} {
		if math.Abs(c.got-c.want) > 4*ulp(c.want) {
			t.Errorf("%s: got %v, want %v: %.3g ulp", c.what, c.got, c.want, math.Abs(c.got-c.want)/ulp(c.want))
		}
	}
}

// Where the formulas of a textbook lose nothing, these must not either; the exact values have 22 digits.
func TestRoundings(t *testing.T) {
	student, poisson := dist.NewStudentT(1, f(0.8), f(0), f(1)), dist.NewPoisson(1, f(0.7))
	for _, c := range []struct {
		what      string
		got, want float64
	}{
		{"cdf of StudentT(0.8) at -15", student.CDF(nil, []float64{-15})[0], 0.03557424150847036182337},
		{"cdf of StudentT(0.8) at -5", student.CDF(nil, []float64{-5})[0], 0.08505566539384100278557},
		{"cdf of StudentT(0.8) at -2.25", student.CDF(nil, []float64{-2.25})[0], 0.1563493729692464654051},
		{"sf of StudentT(0.8) at 12.5", student.Survival(nil, []float64{12.5})[0], 0.04114400631731091232003},
		{"log-density of Poisson(0.7) at 3", poisson.LogProb([]float64{3}), -3.561784301044252283465},
		{"log-density of Poisson(0.7) at 4", poisson.LogProb([]float64{4}), -5.304753606102875344654},
		{"log-density of Poisson(0.7) at 6", poisson.LogProb([]float64{6}), -9.419300875642495604775},
		{"log-density of Poisson(0.7) at 9", poisson.LogProb([]float64{9}), -16.71190197553006154798},
		{"sf of SigmoidBeta(3.3, 0.8) at -0.897", dist.NewSigmoidBeta(1, f(3.3), f(0.8)).Survival(nil, []float64{-0.897})[0], 0.9883477193532497315291},
	} {
		if e := math.Abs(c.got-c.want) / ulp(c.want); !(e <= 1.5) {
			t.Errorf("%s: got %v, want %v: %.3g ulp", c.what, c.got, c.want, e)
		}
	}
}
