package bijector

import "github.com/normflow/normflow/autodiff"

// TriL is the affine map with a lower triangular matrix:
//
//	y = L·x + b,  log|det| = Σᵢ log|Lᵢᵢ|
//
// Domain and range are Rᵈ. Both directions cost O(d²) a row: a product, and
// forward substitution.
type TriL struct {
	L     *autodiff.Param // d×d; only the part below the diagonal counts
	Diag  autodiff.Value  // the diagonal
	Shift autodiff.Value  // b, empty for none
}

// NewTriL returns the map with the lower triangle of l, which is constant if l is
// frozen, and else learned from there: [autodiff.LearnedIdentity] starts as the
// identity. A learned diagonal keeps its sign, which must be the same for all. Elements
// above the diagonal are ignored.
//
// It panics if l is not square or has a 0 on the diagonal.
func NewTriL(l *autodiff.Param, shift autodiff.Value) *TriL {
	m := &TriL{L: l, Diag: diagonalOf("TriL", l), Shift: shift}
	must(m.Restore())
	return m
}

// Restore checks the fields.
func (m *TriL) Restore() error { return checkTriangle("TriL", m.L, m.Diag, m.Shift) }

func checkTriangle(what string, l *autodiff.Param, diag, shift autodiff.Value) error {
	d, err := side(what, l)
	if err == nil {
		err = checkDiag(what+": diagonal", diag, d)
	}
	if err == nil {
		err = checkLen(what+": shift", shift, d)
	}
	return err
}

func (m *TriL) matrix(t *autodiff.Tape) autodiff.Var { return lower(t.Use(m.L), m.Diag.On(t)) }

// Forward returns L·x + b.
func (m *TriL) Forward(x autodiff.Var) autodiff.Var {
	wantCols("TriL", x, m.Diag.Len())
	return add(x.TriMul(m.matrix(x.Tape()), autodiff.Tri{}), m.Shift)
}

// Inverse returns L⁻¹·(y − b).
func (m *TriL) Inverse(y autodiff.Var) autodiff.Var {
	wantCols("TriL", y, m.Diag.Len())
	return sub(y, m.Shift).TriSolve(m.matrix(y.Tape()), autodiff.Tri{})
}

// ILDJ returns −Σᵢ log|Lᵢᵢ|, 1×1.
func (m *TriL) ILDJ(y autodiff.Var) autodiff.Var {
	wantCols("TriL", y, m.Diag.Len())
	return logAbs(m.Diag.On(y.Tape()), m.Diag.Len()).Neg()
}
