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

// Far out a standard form that is rounded once takes digits from what is computed of it. The exact values are of 60 digits;
// most is what half a unit of every input and one of the result allow, in units of the latter.
func TestRoundingsFarOut(t *testing.T) {
	at := func(x ...float64) []float64 { return x }
	tail := dist.NewTruncated(dist.NewNormal(1, f(-4), f(0.743)), f(0.655), f(4.585))
	steep := dist.NewTruncated(dist.NewNormal(1, f(-2.23), f(0.344)), f(0.242), f(5.372))
	cauchy := dist.NewTruncated(dist.NewCauchy(1, f(-1.87), f(0.199)), f(0.0915), f(1.251))
	long, wide := dist.NewLambertWNormal(1, f(2.7), f(0.457), f(0.243)), dist.NewLambertWNormal(1, f(-4.46), f(1.11), f(0.359))
	for _, c := range []struct {
		what      string
		got, want float64
		most      float64
	}{
		{"cdf of a truncated normal", tail.CDF(nil, at(0.6846165417017195))[0], 0.2263093937972851, 20},
		{"sf of a truncated normal", tail.Survival(nil, at(0.6550000000001468))[0], 0.9999999999987323, 7},
		{"log-density of a truncated normal", steep.LogProb(at(0.24203638498938684)), 3.0570012866009333, 3},
		{"log-density of a truncated normal", steep.LogProb(at(0.2780186388495974)), 2.299862275202918, 7},
		{"cdf of a truncated Cauchy", cauchy.CDF(nil, at(0.3706803550797039))[0], 0.3346669893561494, 5},
		{"cdf of LambertWNormal", long.CDF(nil, at(-10639.723246906351))[0], 2.833532094669323e-16, 25},
		{"quantile of LambertWNormal", wide.Quantile(nil, at(7.202389215019636e-13))[0], -63555.45710439616, 12},
		{"cdf of LogLogistic", dist.NewLogLogistic(1, f(-0.308), f(0.127)).CDF(nil, at(1.1901667520909779e-08))[0], 4.533783132967658e-62, 80},
		{"cdf of SinhArcsinh", dist.NewSinhArcsinh(1, f(0.258), f(1.29), f(4.16), f(5.19)).CDF(nil, at(-30.290449728345692))[0], 5.485289970232482e-12, 50},
		{"log-density of Binomial", dist.NewBinomial(1, f(291), f(0.293)).LogProb(at(0)), -100.8968624078992, 1},
		{"cdf of Binomial", dist.NewBinomial(1, f(226), f(0.274)).CDF(nil, at(0))[0], 3.7297204193565825e-32, 64},
		{"cdf of EMG", dist.NewExponentiallyModifiedGaussian(1, f(0.0408), f(6.18), f(0.0692)).CDF(nil, at(34.31308588026026))[0], 0.8977359788150484, 2},
		{"cdf of Kumaraswamy", dist.NewKumaraswamy(1, f(0.606), f(3.34)).CDF(nil, at(1.0722831828990548e-08))[0], 4.9443191771802655e-05, 8},
		{"variance of GeneralizedNormal", dist.NewGeneralizedNormal(1, f(4.54), f(0.276), f(0.369)).Variance(nil)[0], 320.8383296558766, 4},
		{"variance of Weibull", dist.NewWeibull(1, f(0.53), f(5.05)).Variance(nil)[0], 354.5232172989672, 4},
		{"quantile of InverseGaussian", dist.NewInverseGaussian(1, f(6.94), f(0.184)).Quantile(nil, at(1.0893915748368806e-12))[0], 0.003627180694274928, 3},
	} {
		if e := math.Abs(c.got-c.want) / ulp(c.want); !(e <= c.most) {
			t.Errorf("%s: got %v, want %v: %.3g ulp", c.what, c.got, c.want, e)
		}
	}
}
