package flow

import (
	"math/bits"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/nn/masked"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/plain"
	"gonum.org/v1/gonum/stat/distuv"
)

// kinds are the names by which model files know the library's types. A name
// that a released version has written stays for ever.
var kinds = registry(map[string]any{
	"flow": (*Transformed)(nil),

	// bijectors: structure
	"autoregressive": (*bijector.Autoregressive)(nil),
	"blockwise":      (*bijector.Blockwise)(nil),
	"chain":          bijector.Chain(nil),
	"coupling":       (*bijector.Coupling)(nil),
	"elementwise":    (*bijector.Elementwise)(nil),
	"embedded":       (*bijector.Embedded)(nil),
	"identity":       bijector.Identity{},
	"invert":         (*bijector.Invert)(nil),
	"multiscale":     (*bijector.Multiscale)(nil),
	"per-pixel":      (*bijector.PerPixel)(nil),
	"subset":         (*bijector.Subset)(nil),

	// bijectors: from data
	"actnorm":         (*bijector.ActNorm)(nil),
	"batchnorm":       (*bijector.BatchNorm)(nil),
	"gaussianization": (*bijector.Gaussianization)(nil),
	"standardizer":    (*bijector.Standardizer)(nil),

	// bijectors: columns
	"ascending":              bijector.Ascending{},
	"block-autoregressive":   (*bijector.BlockAutoregressive)(nil),
	"cholesky-inverse":       bijector.CholeskyToInvCholesky{},
	"cholesky-outer-product": bijector.CholeskyOuterProduct{},
	"circular-shift":         (*bijector.CircularShift)(nil),
	"continuous":             (*bijector.Continuous)(nil),
	"correlation-cholesky":   (*bijector.CorrelationCholesky)(nil),
	"cumsum":                 (*bijector.Cumsum)(nil),
	"dct":                    (*bijector.DCT)(nil),
	"diagonal":               (*bijector.Diagonal)(nil),
	"fill-scale-tril":        (*bijector.FillScaleTriL)(nil),
	"fill-triangular":        (*bijector.FillTriangular)(nil),
	"graphical":              (*bijector.Graphical)(nil),
	"haar":                   bijector.Haar{},
	"householder":            (*bijector.Householder)(nil),
	"insert":                 (*bijector.Insert)(nil),
	"linear":                 (*bijector.Linear)(nil),
	"low-rank":               (*bijector.LowRank)(nil),
	"lu":                     (*bijector.LU)(nil),
	"matrix-exp":             (*bijector.MatrixExp)(nil),
	"matrix-inverse-tril":    bijector.MatrixInverseTriL{},
	"pad":                    (*bijector.Pad)(nil),
	"per-channel":            (*bijector.PerChannel)(nil),
	"permute":                (*bijector.Permute)(nil),
	"planar":                 (*bijector.Planar)(nil),
	"qr":                     (*bijector.QR)(nil),
	"radial":                 (*bijector.Radial)(nil),
	"reshape":                (*bijector.Reshape)(nil),
	"residual":               (*bijector.Residual)(nil),
	"rotation":               (*bijector.Rotation)(nil),
	"scale":                  (*bijector.Scale)(nil),
	"shift":                  (*bijector.Shift)(nil),
	"softmax-centered":       bijector.SoftmaxCentered{},
	"split":                  (*bijector.Split)(nil),
	"squeeze":                (*bijector.Squeeze)(nil),
	"stick-breaking":         bijector.StickBreaking{},
	"svd":                    (*bijector.SVD)(nil),
	"sylvester":              (*bijector.Sylvester)(nil),
	"transform-diagonal":     (*bijector.TransformDiagonal)(nil),
	"tril":                   (*bijector.TriL)(nil),
	"tril-low-rank":          (*bijector.TriLLowRank)(nil),
	"unit-vector":            bijector.UnitVector{},

	// bijectors: elementwise
	"arctan":                        bijector.Arctan{},
	"exp":                           bijector.Exp{},
	"expm1":                         bijector.Expm1{},
	"leaky-relu":                    (*bijector.LeakyReLU)(nil),
	"log":                           bijector.Log{},
	"log-tanh":                      (*bijector.LogTanh)(nil),
	"log1p":                         bijector.Log1p{},
	"sigmoid":                       (*bijector.Sigmoid)(nil),
	"softplus":                      (*bijector.Softplus)(nil),
	"tanh":                          bijector.Tanh{},
	"elu":                           bijector.ELU{},
	"generalized-pareto":            (*bijector.GeneralizedPareto)(nil),
	"johnson-su":                    (*bijector.JohnsonSU)(nil),
	"lambert-w-tail":                (*bijector.LambertWTail)(nil),
	"leaky-tanh":                    (*bijector.LeakyTanh)(nil),
	"power":                         (*bijector.Power)(nil),
	"power-transform":               (*bijector.PowerTransform)(nil),
	"reciprocal":                    bijector.Reciprocal{},
	"signed-power":                  (*bijector.SignedPower)(nil),
	"sinh":                          bijector.Sinh{},
	"sinh-arcsinh":                  (*bijector.SinhArcsinh)(nil),
	"soft-clip":                     (*bijector.SoftClip)(nil),
	"softfloor":                     (*bijector.Softfloor)(nil),
	"softsign":                      bijector.Softsign{},
	"square":                        bijector.Square{},
	"yeo-johnson":                   (*bijector.YeoJohnson)(nil),
	"cauchy-cdf":                    (*bijector.CauchyCDF)(nil),
	"frechet-cdf":                   (*bijector.FrechetCDF)(nil),
	"generalized-extreme-value-cdf": (*bijector.GeneralizedExtremeValueCDF)(nil),
	"gompertz-cdf":                  (*bijector.GompertzCDF)(nil),
	"gumbel-cdf":                    (*bijector.GumbelCDF)(nil),
	"kumaraswamy-cdf":               (*bijector.KumaraswamyCDF)(nil),
	"laplace-cdf":                   (*bijector.LaplaceCDF)(nil),
	"logistic-cdf":                  (*bijector.LogisticCDF)(nil),
	"moyal-cdf":                     (*bijector.MoyalCDF)(nil),
	"normal-cdf":                    (*bijector.NormalCDF)(nil),
	"rayleigh-cdf":                  (*bijector.RayleighCDF)(nil),
	"shifted-gompertz-cdf":          (*bijector.ShiftedGompertzCDF)(nil),
	"beta-cdf":                      (*bijector.BetaCDF)(nil),
	"cdf":                           (*bijector.CDF)(nil),
	"student-t-cdf":                 (*bijector.StudentTCDF)(nil),
	"tukey-gh":                      (*bijector.TukeyGH)(nil),
	"weibull-cdf":                   (*bijector.WeibullCDF)(nil),

	// univariates
	"bernstein":              bijector.Bernstein{},
	"cubic-spline":           bijector.CubicSpline{},
	"fixed-spline":           (*bijector.FixedSpline)(nil),
	"integral-net":           (*bijector.IntegralNet)(nil),
	"monotone-net":           (*bijector.MonotoneNet)(nil),
	"additive":               bijector.Additive{},
	"linear-rational-spline": bijector.LinearRationalSpline{},
	"linear-spline":          bijector.LinearSpline{},
	"mixture-cdf":            bijector.MixtureCDF{},
	"numeric":                (*bijector.Numeric)(nil),
	"affine":                 bijector.Affine{},
	"inverted":               bijector.Inverted{},
	"opposite":               bijector.Opposite{},
	"per-column":             bijector.PerColumn{},
	"quadratic-spline":       bijector.QuadraticSpline{},
	"soft-spline":            bijector.SoftSpline{},
	"sos-polynomial":         bijector.SOSPolynomial{},
	"spline":                 bijector.Spline{},

	// networks
	"nn.constant":      (*nn.Constant)(nil),
	"nn.conv1d":        (*nn.Conv1D)(nil),
	"nn.layer-norm":    (*nn.LayerNorm)(nil),
	"nn.mean-pool":     (*nn.MeanPool)(nil),
	"nn.sequential":    (*nn.Sequential)(nil),
	"nn.shared":        (*nn.Shared)(nil),
	"nn.conv2d":        (*nn.Conv2D)(nil),
	"nn.convnet":       (*nn.ConvNet)(nil),
	"nn.features":      (*nn.Features)(nil),
	"nn.periodic":      (*nn.Periodic)(nil),
	"nn.made":          (*masked.MADE)(nil),
	"nn.mlp":           (*nn.MLP)(nil),
	"nn.resconv":       (*nn.ResConv)(nil),
	"nn.resmlp":        (*nn.ResMLP)(nil),
	"nn.standardizer":  (*nn.Standardizer)(nil),
	"nn.rewired":       (*nn.Rewired)(nil),
	"nn.gated-res-mlp": (*nn.GatedResMLP)(nil),

	// distributions
	"dist.absolute":               (*dist.Absolute)(nil),
	"dist.categorical":            (*dist.Categorical)(nil),
	"dist.columns":                (*dist.Columns)(nil),
	"dist.dirichlet":              (*dist.Dirichlet)(nil),
	"dist.embedded":               (*dist.Embedded)(nil),
	"dist.histogram":              (*dist.Histogram)(nil),
	"dist.joint":                  (*dist.Joint)(nil),
	"dist.kernel-density":         (*dist.KernelDensity)(nil),
	"dist.lkj-cholesky":           (*dist.LKJCholesky)(nil),
	"dist.low-rank-normal":        (*dist.LowRankNormal)(nil),
	"dist.made":                   (*dist.MADE)(nil),
	"dist.mixture":                (*dist.Mixture)(nil),
	"dist.multivariate-normal":    (*dist.MultivariateNormal)(nil),
	"dist.multivariate-student-t": (*dist.MultivariateStudentT)(nil),
	"dist.precision-normal":       (*dist.PrecisionNormal)(nil),
	"dist.relaxed-categorical":    (*dist.RelaxedCategorical)(nil),
	"dist.std-normal":             (*dist.StdNormal)(nil),
	"dist.von-mises-fisher":       (*dist.VonMisesFisher)(nil),
	"dist.wishart-cholesky":       (*dist.WishartCholesky)(nil),
	// what a MADE makes of its outputs
	"dist.head.bernoulli":   dist.BernoulliHead{},
	"dist.head.categorical": dist.CategoricalHead{},
	"dist.head.mixture":     dist.MixtureHead{},
	// univariate
	"dist.bernoulli":                       (*dist.Bernoulli)(nil),
	"dist.beta":                            (*dist.Beta)(nil),
	"dist.beta-binomial":                   (*dist.BetaBinomial)(nil),
	"dist.binomial":                        (*dist.Binomial)(nil),
	"dist.cauchy":                          (*dist.Cauchy)(nil),
	"dist.chi":                             (*dist.Chi)(nil),
	"dist.chi-squared":                     (*dist.ChiSquared)(nil),
	"dist.exp-gamma":                       (*dist.ExpGamma)(nil),
	"dist.exponential":                     (*dist.Exponential)(nil),
	"dist.exponentially-modified-gaussian": (*dist.ExponentiallyModifiedGaussian)(nil),
	"dist.f":                               (*dist.F)(nil),
	"dist.gamma":                           (*dist.Gamma)(nil),
	"dist.generalized-normal":              (*dist.GeneralizedNormal)(nil),
	"dist.geometric":                       (*dist.Geometric)(nil),
	"dist.gev":                             (*dist.GEV)(nil),
	"dist.gompertz":                        (*dist.Gompertz)(nil),
	"dist.gpd":                             (*dist.GPD)(nil),
	"dist.gumbel":                          (*dist.Gumbel)(nil),
	"dist.half-cauchy":                     (*dist.HalfCauchy)(nil),
	"dist.half-normal":                     (*dist.HalfNormal)(nil),
	"dist.half-student-t":                  (*dist.HalfStudentT)(nil),
	"dist.inverse-gamma":                   (*dist.InverseGamma)(nil),
	"dist.inverse-gaussian":                (*dist.InverseGaussian)(nil),
	"dist.johnson-su":                      (*dist.JohnsonSU)(nil),
	"dist.kumaraswamy":                     (*dist.Kumaraswamy)(nil),
	"dist.lambert-w-normal":                (*dist.LambertWNormal)(nil),
	"dist.laplace":                         (*dist.Laplace)(nil),
	"dist.log-logistic":                    (*dist.LogLogistic)(nil),
	"dist.log-normal":                      (*dist.LogNormal)(nil),
	"dist.logistic":                        (*dist.Logistic)(nil),
	"dist.logit-normal":                    (*dist.LogitNormal)(nil),
	"dist.moyal":                           (*dist.Moyal)(nil),
	"dist.negative-binomial":               (*dist.NegativeBinomial)(nil),
	"dist.noncentral-chi-squared":          (*dist.NoncentralChiSquared)(nil),
	"dist.noncentral-t":                    (*dist.NoncentralT)(nil),
	"dist.normal":                          (*dist.Normal)(nil),
	"dist.normal-inverse-gaussian":         (*dist.NormalInverseGaussian)(nil),
	"dist.order-statistic":                 (*dist.OrderStatistic)(nil),
	"dist.pareto":                          (*dist.Pareto)(nil),
	"dist.pert":                            (*dist.PERT)(nil),
	"dist.poisson":                         (*dist.Poisson)(nil),
	"dist.quantized":                       (*dist.Quantized)(nil),
	"dist.sigmoid-beta":                    (*dist.SigmoidBeta)(nil),
	"dist.sinh-arcsinh":                    (*dist.SinhArcsinh)(nil),
	"dist.skellam":                         (*dist.Skellam)(nil),
	"dist.skew-normal":                     (*dist.SkewNormal)(nil),
	"dist.student-t":                       (*dist.StudentT)(nil),
	"dist.triangular":                      (*dist.Triangular)(nil),
	"dist.truncated":                       (*dist.Truncated)(nil),
	"dist.two-piece-normal":                (*dist.TwoPieceNormal)(nil),
	"dist.uniform":                         (*dist.Uniform)(nil),
	"dist.von-mises":                       (*dist.VonMises)(nil),
	"dist.weibull":                         (*dist.Weibull)(nil),
	"dist.zero-inflated":                   (*dist.ZeroInflated)(nil),
	"dist.zipf":                            (*dist.Zipf)(nil),

	// gonum's, for bijector.CDF
	"distuv.beta":          distuv.Beta{},
	"distuv.chi-squared":   distuv.ChiSquared{},
	"distuv.exponential":   distuv.Exponential{},
	"distuv.f":             distuv.F{},
	"distuv.gamma":         distuv.Gamma{},
	"distuv.gumbel-right":  distuv.GumbelRight{},
	"distuv.inverse-gamma": distuv.InverseGamma{},
	"distuv.laplace":       distuv.Laplace{},
	"distuv.logistic":      distuv.Logistic{},
	"distuv.log-normal":    distuv.LogNormal{},
	"distuv.normal":        distuv.Normal{},
	"distuv.pareto":        distuv.Pareto{},
	"distuv.students-t":    distuv.StudentsT{},
	"distuv.uniform":       distuv.Uniform{},
	"distuv.weibull":       distuv.Weibull{},
})

func registry(types map[string]any) *plain.Registry {
	r := new(plain.Registry)
	for kind, prototype := range types {
		if err := r.Add(kind, prototype); err != nil {
			panic("flow: " + err.Error())
		}
	}
	return r
}

// cost returns about how many bytes Restore will set aside for a value, where
// values in its fields say so rather than how much there is.
func cost(value any) int {
	switch v := value.(type) {
	case *bijector.Squeeze:
		return product(16, v.Channels, v.Height, v.Width)
	case *nn.Rewired: // a row of its network, when it is evaluated
		if v.Net != nil && v.Net.In() > 4*(len(v.Place)+len(v.Take)) {
			return product(8, v.Net.In())
		}
	}
	return 0
}

// product returns the product of sizes, or −1 if it is no size.
func product(sizes ...int) int {
	n := uint64(1)
	for _, s := range sizes {
		hi, lo := bits.Mul64(n, uint64(max(s, 0)))
		if hi != 0 || lo > 1<<40 {
			return -1
		}
		n = lo
	}
	return int(n)
}
