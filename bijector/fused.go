package bijector

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/need"
)

// An InverseILDJer computes its inverse and log-determinant in one walk. It changes the
// speed of [InverseILDJ], never its meaning.
type InverseILDJer interface {
	// InverseILDJ returns Inverse(y) and ILDJ(y).
	InverseILDJ(y autodiff.Var) (x, ildj autodiff.Var)
}

// InverseILDJ returns x = f⁻¹(y) and log|det ∂f⁻¹/∂y| of b = f for each row of y: by b's own
// method if it has one, else by Inverse and ILDJ. Use it where both are needed: without
// gradients, Inverse on its own skips the work that only the log-slopes of an elementwise map need.
func InverseILDJ(b Bijector, y autodiff.Var) (x, ildj autodiff.Var) {
	need.One("bijector: InverseILDJ", "bijector", b)
	if f, ok := b.(InverseILDJer); ok {
		return f.InverseILDJ(y)
	}
	return b.Inverse(y), b.ILDJ(y)
}

// A ForwardFLDJer computes its value and forward log-determinant in one walk, without an
// inverse. It changes the speed of [ForwardFLDJ], never its meaning.
type ForwardFLDJer interface {
	// ForwardFLDJ returns Forward(x), and log|det ∂f/∂x| for each row of x: n×1, or 1×1 when
	// it is the same for all.
	ForwardFLDJ(x autodiff.Var) (y, fldj autodiff.Var)
}

// ForwardFLDJ returns y = f(x) and log|det ∂f/∂x| of b = f for each row of x, n×1 or 1×1: by
// b's own method if it has one, else by Forward and −ILDJ(y). [InverseILDJ] is the other
// direction.
func ForwardFLDJ(b Bijector, x autodiff.Var) (y, fldj autodiff.Var) {
	need.One("bijector: ForwardFLDJ", "bijector", b)
	if f, ok := b.(ForwardFLDJer); ok {
		return f.ForwardFLDJ(x)
	}
	y = b.Forward(x)
	ildj := b.ILDJ(y)
	if ildj == zero(y) {
		return y, ildj
	}
	return y, ildj.Neg()
}
