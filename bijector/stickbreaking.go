package bijector

import "github.com/normflow/normflow/autodiff"

// StickBreaking maps Rᵈ to the inside of the simplex of d+1 positive numbers
// with sum 1, breaking a share off the rest of a stick, d times:
//
//	yₖ = leftₖ·σ(xₖ − log(d+1−k)),  leftₖ = 1 − Σ_{j<k} yⱼ,  k = 1 … d
//
// and y_{d+1} is the rest; zeros give equal shares. The log-determinant is that
// of the map to the first d components, Σⱼ log yⱼ over all d+1. A row with a
// component that is not positive has log-determinant −∞; the sum is not checked.
// Both directions cost O(d) a row. TensorFlow Probability calls it
// IteratedSigmoidCentered.
type StickBreaking struct{}

// logs returns log yₖ, n×(d+1).
func (StickBreaking) logs(x autodiff.Var) autodiff.Var {
	d := x.Cols()
	z := x.Sub(ramp(x.Tape(), d, float64(d), -1).Log())
	left := autodiff.Concat(x.Tape().Zeros(x.Rows(), 1), z.Neg().LogSigmoid()).RowCumSum()
	return autodiff.Concat(z.LogSigmoid(), x.Tape().Zeros(x.Rows(), 1)).Add(left)
}

// Forward returns y, n×d → n×(d+1).
func (s StickBreaking) Forward(x autodiff.Var) autodiff.Var { return s.logs(x).Exp() }

// Inverse returns log yₖ − log Σ_{j>k} yⱼ + log(d+1−k), n×(d+1) → n×d.
func (StickBreaking) Inverse(y autodiff.Var) autodiff.Var {
	d := y.Cols() - 1
	rest := cumulate(y, cumulative{len: d + 1, inner: 1, reverse: true}).Slice(1, d+1)
	return logPositive(y.Slice(0, d)).Sub(logPositive(rest)).Add(ramp(y.Tape(), d, float64(d), -1).Log())
}

// ILDJ returns −Σⱼ log yⱼ.
func (StickBreaking) ILDJ(y autodiff.Var) autodiff.Var {
	return within(logPositive(y).RowSum().Neg(), y)
}

// ForwardFLDJ returns y and Σⱼ log yⱼ.
func (s StickBreaking) ForwardFLDJ(x autodiff.Var) (y, fldj autodiff.Var) {
	return s.Forward(x), s.logs(x).RowSum()
}
