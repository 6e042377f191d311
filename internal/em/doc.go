// Package em fits mixtures of multivariate normal and Student t distributions
// with full scale matrices by the EM algorithm, on plain slices of numbers.
//
// D. Peel, G. J. McLachlan, Robust mixture modelling using the t distribution,
// 2000; X.-L. Meng, D. van Dyk, The EM algorithm – an old folk-song sung to a fast
// new tune, 1997 (one cycle for scales and locations, one for the degrees of
// freedom).
package em
