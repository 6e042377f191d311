// Package mc draws from densities that are known up to a factor, with a flow as proposal or as map, and says what
// constant the factor is: posteriors and evidence by Monte Carlo.
//
//   - [SMC]: everything of a target of which nothing is known but its log-density: particles, a flow fitted to them, evidence
//   - [Importance]: weighted draws of a proposal, with evidence, effective sample size, Pareto's k̂ and a check for mass
//     that the proposal misses
//   - [Adapt]: a flow brought to a target by rounds of these
//   - [Walk]: a population of Markov chains that moves by differential evolution and by proposals of a flow
//   - [Preconditioned], [Independent]: a flow as a proposal of gonum's stat/samplemv
//
// A target is a Go function, [Func], one with a gradient, [flow.DensityFunc], or anything that scores rows, [Target];
// [Through] brings it to its support. Where there is a gradient, [flow.FitDensity] and then Importance cost less than SMC. All
// numbers stay in log space: targets may have any scale, log p = 800 − ½‖x‖² as well as shifts of 1e5.
//
// A target says where its support ends by −Inf or NaN, since checks and walks try places that draws of the proposal
// never come to.
//
// # Concurrency
//
// Targets are called from all cores at once. Results are a fixed function of arguments and seed, on any number of
// cores.
package mc
