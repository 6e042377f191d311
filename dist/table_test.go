package dist_test

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

// l returns learned values, so that gradients of parameters are checked.
var l = autodiff.Learned

func covarianceNormal() dist.Distribution {
	n, err := dist.NewCovarianceNormal(l(1, -1), mat.NewSymDense(2, []float64{2, 0.5, 0.5, 1}))
	if err != nil {
		panic(err)
	}
	return n
}

func precisionNormal() dist.Distribution {
	n, err := dist.NewPrecisionNormal(l(1, -1, 0), mat.NewSymDense(3, []float64{2, 0.5, 0, 0.5, 1, -0.3, 0, -0.3, 1.5}))
	if err != nil {
		panic(err)
	}
	return n
}

// table names every distribution of the package, in one column and in several.
var table = map[string]dist.Distribution{
	"Bernoulli":                     dist.NewBernoulli(2, l(0.3, 0.75)),
	"Beta":                          dist.NewBeta(3, l(2, 30, 1.25), l(3, 4, 1)),
	"BetaU":                         dist.NewBeta(1, l(0.5), l(0.75)),
	"BetaBinomial":                  dist.NewBetaBinomial(3, autodiff.Fixed(10, 3, 40), l(2, 0.5, 30), l(3, 1.5, 4)),
	"Binomial":                      dist.NewBinomial(2, autodiff.Fixed(10, 3), l(0.3)),
	"Categorical":                   dist.NewCategorical(dist.LearnedWeights(1, 2, 4, 3)),
	"Cauchy":                        dist.NewCauchy(2, l(1, -2), l(0.5)),
	"Chi":                           dist.NewChi(3, l(1.5, 2, 5)),
	"ChiSquared":                    dist.NewChiSquared(3, l(1.5, 2, 7)),
	"Dirichlet":                     dist.NewDirichlet(3, l(2, 3, 1.5)),
	"ExpGamma":                      dist.NewExpGamma(2, l(2, 0.5), l(1, 3)),
	"Exponential":                   dist.NewExponential(2, l(0.25, 3)),
	"ExponentiallyModifiedGaussian": dist.NewExponentiallyModifiedGaussian(2, l(0, 1), l(1, 0.5), l(1, 4)),
	"F":                             dist.NewF(3, l(3, 8, 2), l(12, 9, 60)),
	"GEV":                           dist.NewGEV(3, l(0, 1, 2), l(1, 0.5, 3), l(0.25, -0.25, 1e-6)),
	"GPD":                           dist.NewGPD(3, l(0, 1, 2), l(1, 2, 3), l(0.2, -0.5, 1e-6)),
	"Gamma":                         dist.NewGamma(3, l(2, 1.25, 50), l(1, 3, 10)),
	"GammaU":                        dist.NewGamma(1, l(0.5), l(3)),
	"GeneralizedNormal":             dist.NewGeneralizedNormal(2, l(0, 1), l(1, 2), l(1.5, 8)),
	"Geometric":                     dist.NewGeometric(2, l(0.25, 0.9)),
	"NoncentralChiSquared":          dist.NewNoncentralChiSquared(2, l(3, 0.7), l(2, 40)),
	"NoncentralT":                   dist.NewNoncentralT(2, l(3, 9), l(2, -0.5), l(0, 1), l(1, 2)),
	"Gompertz":                      dist.NewGompertz(2, l(0.5, 3), l(1, 0.25)),
	"Gumbel":                        dist.NewGumbel(2, l(0, 2), l(1, 1.5)),
	"Histogram":                     dist.NewHistogram([]float64{-1, 0, 0.5, 3}, dist.LearnedWeights(1, 2, 1)),
	"HalfCauchy":                    dist.NewHalfCauchy(2, l(0, 1), l(1, 2)),
	"HalfNormal":                    dist.NewHalfNormal(2, l(1, 2.5)),
	"HalfStudentT":                  dist.NewHalfStudentT(2, l(5, 12), l(0, 1), l(1, 2)),
	"InverseGamma":                  dist.NewInverseGamma(2, l(6, 4.75), l(2, 1)),
	"InverseGaussian":               dist.NewInverseGaussian(3, l(1, 3, 1), l(1, 0.5, 20)),
	"JohnsonSU":                     dist.NewJohnsonSU(2, l(-1, 0.5), l(2, 3), l(0, 1), l(1, 2)),
	"Joint":                         dist.NewJoint(dist.NewNormal(1, l(1), l(2)), dist.NewExponential(2, l(1, 2))),
	"KernelDensity":                 dist.NewKernelDensity(mat.NewDense(4, 2, []float64{0, 1, 2, 3, -1, 0, 1, 1}), l(0.5, 1)),
	"Kumaraswamy":                   dist.NewKumaraswamy(3, l(2, 0.5, 1), l(3, 0.75, 2)),
	"LambertWNormal":                dist.NewLambertWNormal(2, l(0, 1), l(1, 2), l(0.1, 0.05)),
	"Laplace":                       dist.NewLaplace(2, l(0, 1), l(1, 2.5)),
	"LogLogistic":                   dist.NewLogLogistic(2, l(0, 1), l(0.15, 0.1)),
	"LogNormal":                     dist.NewLogNormal(2, l(0, 1.5), l(0.5, 0.25)),
	"Logistic":                      dist.NewLogistic(2, l(1, -2), l(0.5)),
	"LogitNormal":                   dist.NewLogitNormal(2, l(0, -1), l(1, 0.5)),
	"LowRankNormal":                 dist.NewLowRankNormal(l(1, 0, -1), l(0.5, 1, 2), autodiff.NewParam(3, 2, []float64{1, 0, 0.5, -1, 0, 2})),
	"Mixture": dist.NewMixture(dist.LearnedWeights(1, 2, 1), dist.NewNormal(2, l(-2, 0), l(0.5)),
		dist.NewLogistic(2, l(0), l(1)), dist.NewNormal(2, l(3), l(0.25, 2))),
	"MixtureNormal": dist.NewMixture(dist.LearnedWeights(1, 2), covarianceNormal(),
		dist.NewMultivariateNormal(l(3, 0), autodiff.NewParam(2, 2, []float64{1, 0, 0.5, 0.75}))),
	"MixtureStudentT": dist.NewMixture(dist.LearnedWeights(1, 2, 3),
		dist.NewMultivariateStudentT(l(6), l(0, 1), autodiff.NewParam(2, 2, []float64{1, 0, 0.5, 0.75})),
		dist.NewMultivariateStudentT(l(9), l(1), autodiff.NewParam(2, 2, []float64{0.5, 0, -0.5, 2})),
		dist.NewMultivariateStudentT(l(5), l(-2, 0), autodiff.NewParam(2, 2, []float64{0.25, 0, 0, 0.5}))),
	"Moyal":                 dist.NewMoyal(2, l(0, 1), l(1, 2)),
	"MultivariateNormal":    covarianceNormal(),
	"MultivariateStudentT":  dist.NewMultivariateStudentT(l(6), l(0, 1), autodiff.NewParam(2, 2, []float64{1, 0, 0.5, 0.75})),
	"NegativeBinomial":      dist.NewNegativeBinomial(2, l(5, 1.5), l(0.4)),
	"Normal":                dist.NewNormal(2, l(1, -2), l(0.5, 2)),
	"NormalInverseGaussian": dist.NewNormalInverseGaussian(2, l(2, 1), l(0.5, -0.25), l(0, 1), l(1, 2)),
	"OrderStatistic":        dist.NewOrderStatistic(dist.NewNormal(2, l(0, 1), l(1, 2)), autodiff.Fixed(2, 5), autodiff.Fixed(5)),
	"OrderStatisticGamma":   dist.NewOrderStatistic(dist.NewGamma(1, l(2.5), l(3)), autodiff.Fixed(1), autodiff.Fixed(3)),
	"PERT":                  dist.NewPERT(2, l(0), l(2, 4), l(5), l(4, 1)),
	"Pareto":                dist.NewPareto(2, l(6, 5), l(1, 0.5)),
	"Poisson":               dist.NewPoisson(2, l(3.5, 40)),
	"PrecisionNormal":       precisionNormal(),
	"RelaxedCategorical":    dist.NewRelaxedCategorical(l(1.5), dist.LearnedWeights(1, 2, 3)),
	"SigmoidBeta":           dist.NewSigmoidBeta(2, l(2, 3), l(0.5, 3)),
	"SinhArcsinh":           dist.NewSinhArcsinh(2, l(0.5, -0.5), l(1.25, 0.5), l(0, 1), l(1, 2)),
	"SkewNormal":            dist.NewSkewNormal(3, l(0, 1, -1), l(1, 2, 0.5), l(2, -5, 0)),
	"Quantized":             dist.NewQuantized(dist.NewLogistic(2, l(0.25, -3), l(1, 4))),
	"QuantizedStudentT":     dist.NewQuantized(dist.NewStudentT(1, l(9), l(0.5), l(2))),
	"Skellam":               dist.NewSkellam(2, l(3, 10), l(1.5, 12)),
	"StdNormal":             dist.NewStdNormal(3),
	"StudentT":              dist.NewStudentT(3, l(5, 8, 200), l(0, 1, 2), l(1, 2, 3)),
	"Triangular":            dist.NewTriangular(2, l(0, -2), l(1, 4), l(0.25, 3)),
	"Truncated":             dist.NewTruncated(dist.NewNormal(3, l(0, 1, 0), l(1, 2, 1)), l(-1, 0, 5), l(2, 3, 8)),
	"TruncatedGamma":        dist.NewTruncated(dist.NewGamma(1, l(2.5), l(1)), l(1), autodiff.Value{}),
	"TruncatedPoisson":      dist.NewTruncated(dist.NewPoisson(2, l(2.5, 6)), autodiff.Fixed(1), autodiff.Fixed(7)),
	"TruncatedStudentT":     dist.NewTruncated(dist.NewStudentT(1, l(3), l(0), l(1)), autodiff.Value{}, l(2)),
	"TwoPieceNormal":        dist.NewTwoPieceNormal(2, l(0, 1), l(1, 2), l(0.5, 2.5)),
	"Uniform":               dist.NewUniform(2, l(-1, 2), l(3)),
	"VonMises":              dist.NewVonMises(2, l(0, 1), l(2, 50)),
	"VonMisesFisher":        dist.NewVonMisesFisher(l(2, -1, 0.5), l(3)),
	"VonMisesFisherCircle":  dist.NewVonMisesFisher(l(0, 1), l(0.25)),
	"Weibull":               dist.NewWeibull(2, l(1.5, 1), l(1, 2)),
	"ZeroInflated":          dist.NewZeroInflated(dist.NewPoisson(2, l(2.5, 6)), l(0.25)),
	"Zipf":                  dist.NewZipf(1, l(6)),
}
