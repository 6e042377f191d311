package bijector

import "github.com/normflow/normflow/autodiff"

// MatrixExp is the affine map with the exponential of a matrix:
//
//	y = exp(M)·x + b,  exp(M) = Σₖ Mᵏ/k!,  log|det| = tr M
//
// It is never singular, whatever the elements of M, its inverse needs no
// elimination, and zeros are the identity; its determinant is positive. Domain
// and range are Rᵈ. Each direction costs O(d²) a row and O(d³) a batch.
// Changyi Xiao, Ligang Liu, Generative Flows with Matrix Exponential, 2020,
// arXiv:2007.09651.
type MatrixExp struct {
	M     *autodiff.Param // d×d
	Shift autodiff.Value  // b, empty for none
}

// NewMatrixExp returns the map with the given M, constant if it is frozen and
// else learned from there. It panics if m is not square or the shift does not
// fit.
func NewMatrixExp(m *autodiff.Param, shift autodiff.Value) *MatrixExp {
	e := &MatrixExp{M: m, Shift: shift}
	must(e.Restore())
	return e
}

// Restore checks the fields.
func (m *MatrixExp) Restore() error {
	d, err := side("MatrixExp", m.M)
	if err != nil {
		return err
	}
	return checkLen("MatrixExp: shift", m.Shift, d)
}

func (m *MatrixExp) matrix(x autodiff.Var) autodiff.Var {
	d, _ := m.M.Dims()
	wantCols("MatrixExp", x, d)
	return x.Tape().Use(m.M)
}

// Forward returns exp(M)·x + b.
func (m *MatrixExp) Forward(x autodiff.Var) autodiff.Var {
	return add(x.MatMulT(expm(m.matrix(x))), m.Shift)
}

// Inverse returns exp(−M)·(y − b).
func (m *MatrixExp) Inverse(y autodiff.Var) autodiff.Var {
	return sub(y, m.Shift).MatMulT(expm(m.matrix(y).Neg()))
}

// ILDJ returns −tr M, 1×1.
func (m *MatrixExp) ILDJ(y autodiff.Var) autodiff.Var {
	w := m.matrix(y)
	return w.Mul(eye(y.Tape(), w.Cols())).Sum().Neg()
}
