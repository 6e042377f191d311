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
