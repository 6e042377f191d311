// Package mc draws from densities that are known up to a factor, with a flow as proposal or as map, and says what
// constant the factor is: posteriors and evidence by Monte Carlo.
//
//   - [Importance]: weighted draws of a proposal, with evidence, effective sample size, Pareto's k̂ and a check for mass
//     that the proposal misses
//   - [Walk]: a population of Markov chains that moves by differential evolution and by proposals of a flow
//   - [Preconditioned], [Independent]: a flow as a proposal of gonum's stat/samplemv
//
// A target is a Go function, [Func], or anything that scores rows, [Target]; [Through] brings it to its support. All
// numbers stay in log space: targets may have any scale, log p = 800 − ½‖x‖² as well as shifts of 1e5.
//
// # Concurrency
//
// Targets are called from all cores at once. Results are a fixed function of arguments and seed, on any number of
// cores.
package mc
