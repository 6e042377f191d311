// Package calibration says how good a fitted density is, in numbers that come
// with their null distribution or their standard error.
//
// # Held-out likelihood
//
// [LogLikelihood] is the mean log-density of rows with its standard error and
// worst rows; [Compare] is the paired difference of two models on the same rows,
// which is much more exact than the difference of their means.
//
// # Calibration
//
// A model is calibrated if its probabilities come true. Each of these turns that
// into values that are uniform on [0, 1] if it is, and [Uniform] tests them:
//
//   - [PIT]: the distribution function of each column at the rows
//   - [Rosenblatt]: that of each column given those before it
//   - [SBC]: ranks of true parameters among posterior draws
//   - [Coverage]: the mass of the highest-density region that has the truth at its edge
//   - [TARP]: the same for balls around random points, which needs no density
//
// [Reliability] compares stated probabilities of events, such as categories, with how often these happened.
//
// # Two samples
//
// [C2ST] is the accuracy of a classifier that tells two samples apart;
// [EnergyDistance] and [MMD] are distances with permutation p-values. [Tails]
// compares how often rows and draws lie far out, [RoundTrip] is the error of
// encoding and decoding.
//
// # Quantities of a density
//
// [Entropy], [KL], [Divergences], [MutualInformation], [ContextInformation], [CDF], [Quantiles],
// [Moments] and [HighestDensity] are exact where the distribution knows the answer and
// Monte-Carlo estimates with a standard error elsewhere; [Mode] climbs the
// gradient. [ImportanceWeights] sums up log weights: evidence, effective sample size
// and Pareto's k̂.
//
// # Concurrency
//
// All functions are pure: results depend on their arguments and the source
// alone, and any number of goroutines may call them, each with its own source.
package calibration
