// Package dist holds distributions of rows: the bases that flows
// start from, whose log-densities are differentiable in the rows and in their
// parameters.
//
//	base := dist.NewStdNormal(2)
//	tape := autodiff.NewTape()
//	lp := base.LogDensity(tape.Matrix(x)) // n×2 → n×1
//	base.Draw(batch, src)                 // fills the rows of batch
//	lp1 := base.LogProb(row)              // plain float64, gonum's manner
//
// # Columns
//
// A [Univariate] is a distribution of one variable: [Normal], [Logistic],
// [Uniform] and so on. [Columns] makes d independent columns of it, and the
// constructors NewNormal, NewLogistic, … return such products. Their parameters
// are [autodiff.Value]s: fixed or learned, a scalar for all columns or one value per
// column.
//
// On ℝ: [Normal], [StudentT], [NoncentralT], [Cauchy], [Laplace], [Logistic], [Gumbel], [GEV],
// [Moyal], [GeneralizedNormal], [JohnsonSU], [SinhArcsinh], [LambertWNormal],
// [TwoPieceNormal], [SkewNormal], [NormalInverseGaussian], [ExponentiallyModifiedGaussian],
// [ExpGamma], [SigmoidBeta]. On half-lines: [Exponential], [Gamma], [ChiSquared], [F],
// [NoncentralChiSquared], [Chi], [InverseGamma], [InverseGaussian], [LogNormal], [LogLogistic], [Weibull],
// [Gompertz], [Pareto], [GPD], [HalfNormal], [HalfCauchy], [HalfStudentT]. On intervals:
// [Uniform], [Beta], [Kumaraswamy], [LogitNormal], [PERT], [Triangular],
// [VonMises], and [Truncated] of any. [OrderStatistic] is of any with a density, [Histogram] of bins. On integers: [Bernoulli], [Binomial], [BetaBinomial],
// [Geometric], [NegativeBinomial], [Poisson], [Skellam], [Zipf], [Quantized] of any with a density, and [ZeroInflated].
//
// # Rows
//
// [StdNormal] is the usual base. Dependent columns are [MultivariateNormal],
// [PrecisionNormal], [LowRankNormal], [MultivariateStudentT], [Dirichlet], [RelaxedCategorical],
// [LKJCholesky], [WishartCholesky] and [KernelDensity], and [VonMisesFisher] on the sphere; [Mixture] chooses one of several distributions for each row,
// [Joint] sets them side by side, [Absolute] takes absolute values. [MADE] learns one column after the other. [Categorical] is one column of
// classes.
//
// # From data
//
// [FitMultivariateNormal], [FitMultivariateStudentT], [FitGaussianMixture] and
// [FitStudentTMixture], [FitKernelDensity], [FitVonMisesFisher] fit distributions to rows, with shrinkage, so that few rows or
// dependent columns are enough. [StackingWeights] weighs models by rows that they did
// not see.
//
// # Conventions
//
// Outside the support the log-density is −Inf, with zero gradient; it is NaN
// only for rows that hold a NaN. Densities of distributions over integers are
// probabilities, −∞ between the integers.
//
// What a distribution knows about itself beyond [Distribution] it says by small
// interfaces: [CDFer], [LogCDFer], [Quantiler], [TailQuantiler], [Moments],
// [Moder], [Entropyer], [Supported]; [Marginal] and [Condition] ask for the distribution of
// some columns. Tails keep their relative precision however
// small they are, their logarithms also where they underflow.
//
// # Randomness
//
// Draw is a fixed function of the source. Normal and uniform samples, and samples made of
// one of these each, cost two values of the source however many they are: from 32 samples on these
// two key a generator that computes many side by side, Philox4x32-10 (John Salmon,
// Mark Moraes, Ron Dror, David Shaw, Parallel random numbers: as easy as 1, 2, 3,
// SC 2011). Fewer are made from the source one by one. Normal samples reach out to 9.42,
// uniform ones are odd multiples of 2⁻⁵³.
//
// # Concurrency
//
// Distributions are plain data that evaluation only reads: any number of
// goroutines may share one, each with its own tape or source.
package dist
