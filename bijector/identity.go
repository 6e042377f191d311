package bijector

import "github.com/normflow/normflow/autodiff"

// Identity maps every row to itself; its log-determinant is 0.
type Identity struct{}

// Forward returns x.
func (Identity) Forward(x autodiff.Var) autodiff.Var { return x }

// Inverse returns y.
func (Identity) Inverse(y autodiff.Var) autodiff.Var { return y }

// ILDJ returns 0.
func (Identity) ILDJ(y autodiff.Var) autodiff.Var { return zero(y) }
