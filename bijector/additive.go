package bijector

import "github.com/normflow/normflow/autodiff"

// Additive is the univariate of NICE, with one raw parameter t:
//
//	g(x) = x + t,  log g′ = 0
//
// It preserves volume; zeros as raw parameters are the identity.
//
// Laurent Dinh, David Krueger, Yoshua Bengio, NICE: Non-linear Independent
// Components Estimation, 2014, arXiv:1410.8516.
type Additive struct{}

// Params returns 1: t.
func (Additive) Params() int { return 1 }

// Forward returns x + t and 0.
func (Additive) Forward(x, raw autodiff.Var) (y, logSlope autodiff.Var) {
	wantRaw("Additive", 1, x, raw)
	return x.Add(raw), x.Tape().Zeros(x.Dims())
}

// Inverse returns y − t and 0.
func (Additive) Inverse(y, raw autodiff.Var) (x, logSlope autodiff.Var) {
	wantRaw("Additive", 1, y, raw)
	return y.Sub(raw), y.Tape().Zeros(y.Dims())
}
