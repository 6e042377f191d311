package bijector

import "github.com/normflow/normflow/autodiff"

// Scale multiplies by factors other than 0:
//
//	y = s·x,  log|det| = Σⱼ log|sⱼ|
//
// Domain and range are Rᵈ. Both directions cost O(d) a row.
type Scale struct {
	By autodiff.Value // s: a scalar for all columns, or one value per column
}

// NewScale returns a scaling by a scalar, or one factor per column. Learned factors
// keep their sign, which must be the same for all.
//
// It panics if a factor is 0.
func NewScale(by autodiff.Value) *Scale {
	s := &Scale{By: nonzero("Scale", by)}
	must(s.Restore())
	return s
}

// Restore checks the fields.
func (s *Scale) Restore() error { return checkNonzero("Scale", s.By) }

// Forward returns s·x.
func (s *Scale) Forward(x autodiff.Var) autodiff.Var { return x.Mul(row("bijector: Scale", s.By, x)) }

// Inverse returns y/s.
func (s *Scale) Inverse(y autodiff.Var) autodiff.Var { return y.Div(row("bijector: Scale", s.By, y)) }

// ILDJ returns −Σⱼ log|sⱼ|, 1×1.
func (s *Scale) ILDJ(y autodiff.Var) autodiff.Var {
	return logAbs(row("bijector: Scale", s.By, y), y.Cols()).Neg()
}
