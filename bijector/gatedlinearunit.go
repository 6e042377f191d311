package bijector

import "github.com/normflow/normflow/autodiff"

// GatedLinearUnit is the univariate with a gate between 0 and 1, with one raw parameter r:
//
//	g(x) = x·σ(r),  log g′ = −log(1 + exp(−r))
//
// The gate is held above e⁻⁷⁰⁰. Zeros are x/2. A [Coupling] that keeps no columns, with a context as wide as the row, is the transform of the Python library
// nflows, whose data pass the gate: an [Inverted] one.
//
// Yann N. Dauphin, Angela Fan, Michael Auli, David Grangier, Language Modeling with Gated Convolutional Networks, 2016,
// arXiv:1612.08083.
type GatedLinearUnit struct{}

// leastGate is the logarithm of the least gate.
const leastGate = -700

// Params returns 1.
func (GatedLinearUnit) Params() int { return 1 }

// Forward returns x·σ(r) and log σ(r).
func (GatedLinearUnit) Forward(x, raw autodiff.Var) (y, logSlope autodiff.Var) {
	logSlope = logGate(x, raw)
	return x.Mul(logSlope.Exp()), logSlope
}

// Inverse returns y/σ(r) and −log σ(r).
func (GatedLinearUnit) Inverse(y, raw autodiff.Var) (x, logSlope autodiff.Var) {
	logSlope = logGate(y, raw).Neg()
	return y.Mul(logSlope.Exp()), logSlope
}

// logGate returns log σ(r) for each element of x.
func logGate(x, raw autodiff.Var) autodiff.Var {
	wantRaw("GatedLinearUnit", 1, x, raw)
	return raw.LogSigmoid().Clamp(leastGate, 0).Expand(x.Rows(), x.Cols())
}
