package dist_test

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
)

// family maps the schema's parameter names to a constructor.
type constructor func(p map[string]number) dist.Distribution

func value(n number) autodiff.Value { return autodiff.Fixed(n...) }

// columns makes a constructor of one column from the names of its parameters.
func one1(f func(d int, a autodiff.Value) *dist.Columns, a string) constructor {
	return func(p map[string]number) dist.Distribution { return f(1, value(p[a])) }
}

func one2(f func(d int, a, b autodiff.Value) *dist.Columns, a, b string) constructor {
	return func(p map[string]number) dist.Distribution { return f(1, value(p[a]), value(p[b])) }
}

func one3(f func(d int, a, b, c autodiff.Value) *dist.Columns, a, b, c string) constructor {
	return func(p map[string]number) dist.Distribution { return f(1, value(p[a]), value(p[b]), value(p[c])) }
}

func one4(f func(d int, a, b, c, e autodiff.Value) *dist.Columns, a, b, c, e string) constructor {
	return func(p map[string]number) dist.Distribution {
		return f(1, value(p[a]), value(p[b]), value(p[c]), value(p[e]))
	}
}

func truncated(f func(d int, a, b autodiff.Value) *dist.Columns) constructor {
	return func(p map[string]number) dist.Distribution {
		return dist.NewTruncated(f(1, value(p["loc"]), value(p["scale"])), value(p["low"]), value(p["high"]))
	}
}

func square(n number) *autodiff.Param {
	d := int(math.Sqrt(float64(len(n))))
	return autodiff.NewParam(d, d, n)
}

var constructors = map[string]constructor{
	"Bernoulli":                     one1(dist.NewBernoulli, "probs"),
	"Beta":                          one2(dist.NewBeta, "concentration1", "concentration0"),
	"Binomial":                      one2(dist.NewBinomial, "total_count", "probs"),
	"Cauchy":                        one2(dist.NewCauchy, "loc", "scale"),
	"Chi":                           one1(dist.NewChi, "df"),
	"Chi2":                          one1(dist.NewChiSquared, "df"),
	"ExpGamma":                      one2(dist.NewExpGamma, "concentration", "rate"),
	"Exponential":                   one1(dist.NewExponential, "rate"),
	"ExponentiallyModifiedGaussian": one3(dist.NewExponentiallyModifiedGaussian, "loc", "scale", "rate"),
	"Gamma":                         one2(dist.NewGamma, "concentration", "rate"),
	"GeneralizedExtremeValue":       one3(dist.NewGEV, "loc", "scale", "concentration"),
	"GeneralizedNormal":             one3(dist.NewGeneralizedNormal, "loc", "scale", "power"),
	"GeneralizedPareto":             one3(dist.NewGPD, "loc", "scale", "concentration"),
	"Geometric":                     one1(dist.NewGeometric, "probs"),
	"Gumbel":                        one2(dist.NewGumbel, "loc", "scale"),
	"HalfCauchy":                    one2(dist.NewHalfCauchy, "loc", "scale"),
	"HalfNormal":                    one1(dist.NewHalfNormal, "scale"),
	"HalfStudentT":                  one3(dist.NewHalfStudentT, "df", "loc", "scale"),
	"InverseGamma":                  one2(dist.NewInverseGamma, "concentration", "scale"),
	"InverseGaussian":               one2(dist.NewInverseGaussian, "loc", "concentration"),
	"JohnsonSU":                     one4(dist.NewJohnsonSU, "skewness", "tailweight", "loc", "scale"),
	"Kumaraswamy":                   one2(dist.NewKumaraswamy, "concentration1", "concentration0"),
	"LambertWNormal":                one3(dist.NewLambertWNormal, "loc", "scale", "tailweight"),
	"Laplace":                       one2(dist.NewLaplace, "loc", "scale"),
	"LogLogistic":                   one2(dist.NewLogLogistic, "loc", "scale"),
	"LogNormal":                     one2(dist.NewLogNormal, "loc", "scale"),
	"Logistic":                      one2(dist.NewLogistic, "loc", "scale"),
	"LogitNormal":                   one2(dist.NewLogitNormal, "loc", "scale"),
	"Moyal":                         one2(dist.NewMoyal, "loc", "scale"),
	"NegativeBinomial":              one2(dist.NewNegativeBinomial, "total_count", "probs"),
	"Normal":                        one2(dist.NewNormal, "loc", "scale"),
	"NormalInverseGaussian":         one4(dist.NewNormalInverseGaussian, "tailweight", "skewness", "loc", "scale"),
	"PERT":                          one4(dist.NewPERT, "low", "peak", "high", "temperature"),
	"Pareto":                        one2(dist.NewPareto, "concentration", "scale"),
	"Poisson":                       one1(dist.NewPoisson, "rate"),
	"SigmoidBeta":                   one2(dist.NewSigmoidBeta, "concentration1", "concentration0"),
	"SinhArcsinh":                   one4(dist.NewSinhArcsinh, "skewness", "tailweight", "loc", "scale"),
	"Skellam":                       one2(dist.NewSkellam, "rate1", "rate2"),
	"StudentT":                      one3(dist.NewStudentT, "df", "loc", "scale"),
	"Triangular":                    one3(dist.NewTriangular, "low", "high", "peak"),
	"TruncatedCauchy":               truncated(dist.NewCauchy),
	"TruncatedNormal":               truncated(dist.NewNormal),
	"TwoPieceNormal":                one3(dist.NewTwoPieceNormal, "loc", "scale", "skewness"),
	"Uniform":                       one2(dist.NewUniform, "low", "high"),
	"VonMises":                      one2(dist.NewVonMises, "loc", "concentration"),
	"Weibull":                       one2(dist.NewWeibull, "concentration", "scale"),
	"Zipf":                          one1(dist.NewZipf, "power"),

	"Categorical": func(p map[string]number) dist.Distribution {
		return dist.NewCategorical(dist.FixedWeights(p["probs"]...))
	},
	"Dirichlet": func(p map[string]number) dist.Distribution {
		return dist.NewDirichlet(len(p["concentration"]), value(p["concentration"]))
	},
	"MixtureNormal": func(p map[string]number) dist.Distribution {
		var parts []dist.Distribution
		for k, loc := range p["loc"] {
			parts = append(parts, dist.NewNormal(1, autodiff.Fixed(loc), autodiff.Fixed(p["scale"][k])))
		}
		return dist.NewMixture(dist.FixedWeights(p["probs"]...), parts...)
	},
	"MultivariateNormalDiag": func(p map[string]number) dist.Distribution {
		return dist.NewNormal(len(p["loc"]), value(p["loc"]), value(p["scale_diag"]))
	},
	"MultivariateNormalTriL": func(p map[string]number) dist.Distribution {
		return dist.NewMultivariateNormal(value(p["loc"]), square(p["scale_tril"]))
	},
	"MultivariateStudentT": func(p map[string]number) dist.Distribution {
		return dist.NewMultivariateStudentT(value(p["df"]), value(p["loc"]), square(p["scale_tril"]))
	},
}
