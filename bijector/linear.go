package bijector

import "github.com/normflow/normflow/autodiff"

// Linear is the affine map with any invertible matrix:
//
//	y = W·x + b
//
// Domain and range are Rᵈ. Forward costs O(d²) a row; Inverse O(d²) a row and
// O(d³) a batch, by elimination with pivoting; the log-determinant O(d³) a
// batch. A singular W has log-determinant −∞, which training stays away from
// but nothing rules out: [LU], [QR], [SVD] and [MatrixExp] cannot become
// singular and are cheaper.
type Linear struct {
	W     *autodiff.Param // d×d
	Shift autodiff.Value  // b, empty for none
}

// NewLinear returns the map with the matrix w, constant if it is frozen, else learned from
// there: [autodiff.LearnedIdentity] starts as the identity.
//
// It panics if w is not square or the shift does not fit.
func NewLinear(w *autodiff.Param, shift autodiff.Value) *Linear {
	m := &Linear{W: w, Shift: shift}
	must(m.Restore())
	return m
}

// Restore checks the fields.
func (m *Linear) Restore() error {
	d, err := side("Linear", m.W)
	if err != nil {
		return err
	}
	return checkLen("Linear: shift", m.Shift, d)
}

func (m *Linear) matrix(x autodiff.Var) autodiff.Var {
	d, _ := m.W.Dims()
	wantCols("Linear", x, d)
	return x.Tape().Use(m.W)
}

// Forward returns W·x + b.
func (m *Linear) Forward(x autodiff.Var) autodiff.Var { return add(x.MatMulT(m.matrix(x)), m.Shift) }

// Inverse returns W⁻¹·(y − b).
func (m *Linear) Inverse(y autodiff.Var) autodiff.Var { return sub(y, m.Shift).Solve(m.matrix(y)) }

// ILDJ returns −log|det W|, 1×1.
func (m *Linear) ILDJ(y autodiff.Var) autodiff.Var { return m.matrix(y).LogAbsDet().Neg() }
