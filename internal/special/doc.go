// Package special holds the special functions of probability that the standard
// library and gonum lack, or have with less accuracy in the tails: each has small
// relative error wherever its result is not at the edge of underflow.
package special
