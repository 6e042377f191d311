package dist_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

// sizes are parameters from tiny to huge.
var sizes = []float64{1e-6, 0.01, 0.5, 1, 2, 30, 1e3, 1e6}

// extremes calls visit with distributions of one column and two such parameters, under
// the name of the family.
func extremes(visit func(name string, a, b float64, d *dist.Columns)) {
	sizes := sizes
	if testing.Short() {
		sizes = []float64{1e-6, 0.5, 30, 1e6}
	}
	for _, a := range sizes {
		for _, b := range sizes {
			v := func(name string, d *dist.Columns) { visit(name, a, b, d) }
			p := f(b / (1 + b))
			v("Beta", dist.NewBeta(1, f(a), f(b)))
			v("SigmoidBeta", dist.NewSigmoidBeta(1, f(a), f(b)))
			v("Kumaraswamy", dist.NewKumaraswamy(1, f(a), f(b)))
			v("Gamma", dist.NewGamma(1, f(a), f(b)))
			v("ExpGamma", dist.NewExpGamma(1, f(a), f(b)))
			v("InverseGamma", dist.NewInverseGamma(1, f(a), f(b)))
			v("InverseGaussian", dist.NewInverseGaussian(1, f(a), f(b)))
			v("Weibull", dist.NewWeibull(1, f(a), f(b)))
			v("Pareto", dist.NewPareto(1, f(a), f(b)))
			v("NegativeBinomial", dist.NewNegativeBinomial(1, f(a), p))
			v("Binomial", dist.NewBinomial(1, f(math.Ceil(a)), p))
			v("Skellam", dist.NewSkellam(1, f(a), f(b)))
			v("NoncentralChiSquared", dist.NewNoncentralChiSquared(1, f(a), f(b)))
			v("Gompertz", dist.NewGompertz(1, f(a), f(b)))
			v("F", dist.NewF(1, f(a), f(b)))
			v("BetaBinomial", dist.NewBetaBinomial(1, f(100), f(a), f(b)))
			v("ZeroInflated", dist.NewZeroInflated(dist.NewPoisson(1, f(a)), p))
			v("Chi", dist.NewChi(1, f(a)))
			v("ChiSquared", dist.NewChiSquared(1, f(2*a)))
			v("Poisson", dist.NewPoisson(1, f(a)))
			v("Zipf", dist.NewZipf(1, f(1+a)))
			v("Geometric", dist.NewGeometric(1, p))
			for _, loc := range []float64{0, -3, 1e6} {
				l := f(loc)
				v("StudentT", dist.NewStudentT(1, f(a), l, f(b)))
				v("HalfStudentT", dist.NewHalfStudentT(1, f(a), l, f(b)))
				v("ExponentiallyModifiedGaussian", dist.NewExponentiallyModifiedGaussian(1, l, f(a), f(b)))
				v("GeneralizedNormal", dist.NewGeneralizedNormal(1, l, f(a), f(b)))
				v("LambertWNormal", dist.NewLambertWNormal(1, l, f(a), f(b)))
				v("TwoPieceNormal", dist.NewTwoPieceNormal(1, l, f(a), f(b)))
				v("NoncentralT", dist.NewNoncentralT(1, f(a), f(math.Copysign(b, math.Sin(a))), l, f(b)))
				v("NormalInverseGaussian", dist.NewNormalInverseGaussian(1, f(a), f(a*0.9*math.Sin(b)), l, f(b)))
				v("JohnsonSU", dist.NewJohnsonSU(1, l, f(a), l, f(b)))
				v("SinhArcsinh", dist.NewSinhArcsinh(1, l, f(a), l, f(b)))
				v("SkewNormal", dist.NewSkewNormal(1, l, f(a), f(b)))
				v("OrderStatistic", dist.NewOrderStatistic(dist.NewLogistic(1, l, f(a)), f(2), f(3)))
				v("GEV", dist.NewGEV(1, l, f(a), f(math.Sin(b)*2)))
				v("GPD", dist.NewGPD(1, l, f(a), f(math.Sin(b)*2)))
				v("LogLogistic", dist.NewLogLogistic(1, l, f(a)))
				v("LogNormal", dist.NewLogNormal(1, l, f(a)))
				v("LogitNormal", dist.NewLogitNormal(1, l, f(a)))
				v("Moyal", dist.NewMoyal(1, l, f(a)))
				v("Cauchy", dist.NewCauchy(1, l, f(a)))
				v("Triangular", dist.NewTriangular(1, f(loc-a), f(loc+b), l))
			}
		}
	}
}

// points are finite numbers of every size, and the neighbours of the ends.
func points(s dist.Support) []float64 {
	x := []float64{0, 5e-324, 1e-310, 1e-300, 1e-10, 1e-3, 0.25, 0.5, 1 - 0x1p-53, 1, 2, 7.25, 30, 1e3, 1e6, 1e8, 1e17, 1e150, 1e200, 1e300, math.MaxFloat64}
	for _, v := range x[:len(x):len(x)] {
		x = append(x, math.Copysign(v, -1))
	}
	for _, e := range []float64{s.Low[0], s.High[0]} {
		if !math.IsInf(e, 0) {
			x = append(x, e, math.Nextafter(e, math.Inf(1)), math.Nextafter(e, math.Inf(-1)))
		}
	}
	return x
}

// No finite number and no parameters make NaN: log-densities, their gradients where they
// are finite, distribution functions, modes.
func TestExtremes(t *testing.T) {
	tape := autodiff.NewTape()
	extremes(func(name string, a, b float64, d *dist.Columns) {
		quadrature := name == "NormalInverseGaussian" || name == "NoncentralChiSquared" || name == "NoncentralT"
		for _, x := range points(d.Support()) {
			tape.Reset()
			v := tape.Variable(mat.NewDense(1, 1, []float64{x}))
			lp := d.LogDensity(v)
			tape.Backward(lp)
			if y := lp.Value(); math.IsNaN(y) {
				t.Errorf("%s(%v, %v): log density at %v is NaN", name, a, b, x)
			} else if g := v.Grad(); !math.IsInf(y, 0) && g != nil && math.IsNaN(g[0]) {
				t.Errorf("%s(%v, %v): gradient at %v is NaN", name, a, b, x)
			}
			if quadrature {
				continue
			}
			row := []float64{x}
			if c, s := d.CDF(nil, row)[0], d.Survival(nil, row)[0]; !(c >= 0 && c <= 1 && s >= 0 && math.Abs(c+s-1) < 1e-9) {
				t.Errorf("%s(%v, %v): CDF and survival at %v: got %v and %v", name, a, b, x, c, s)
			}
		}
		if quadrature || name == "Skellam" || name == "LogitNormal" || name == "Poisson" {
			return
		}
		if m := d.Mode(nil)[0]; math.IsNaN(m) {
			t.Errorf("%s(%v, %v): mode is NaN", name, a, b)
		}
	})
}
