package bijector

import "github.com/normflow/normflow/autodiff"

// QR is the affine map with a matrix held as the product of reflections and an upper
// triangular matrix:
//
//	y = Q·R·x + b,  Q = H(vₖ)···H(v₁),  log|det| = Σᵢ log|Rᵢᵢ|
//
// It cannot become singular. Domain and range are Rᵈ. Both directions cost
// O(d² + k·d) a row. Emiel Hoogeboom, Rianne van den Berg, Max Welling, Emerging
// Convolutions for Generative Normalizing Flows, 2019, arXiv:1901.11137.
type QR struct {
	Axes  *autodiff.Param // k×d, see [Householder]
	R     *autodiff.Param // d×d; only the part above the diagonal counts
	Diag  autodiff.Value  // the diagonal of R
	Shift autodiff.Value  // b, empty for none
}

// NewQR returns the map with the given axes and the upper triangle of r, each
// constant if frozen and else learned: [PairedAxes] and [autodiff.LearnedIdentity]
// start as the identity. A learned diagonal keeps its sign, which must be the
// same for all.
//
// It panics if r is not square, has a 0 on the diagonal, or if the axes or
// the shift do not fit.
func NewQR(axes, r *autodiff.Param, shift autodiff.Value) *QR {
	m := &QR{Axes: axes, R: r, Diag: diagonalOf("QR", r), Shift: shift}
	must(m.Restore())
	return m
}

// Restore checks the fields.
func (m *QR) Restore() error {
	if err := checkTriangle("QR", m.R, m.Diag, m.Shift); err != nil {
		return err
	}
	return checkAxes("QR", m.Axes, m.Diag.Len())
}

func (m *QR) upperT(t *autodiff.Tape) autodiff.Var { return upperT(t.Use(m.R), m.Diag.On(t)) }

// Forward returns Q·R·x + b.
func (m *QR) Forward(x autodiff.Var) autodiff.Var {
	wantCols("QR", x, m.Diag.Len())
	t := x.Tape()
	return add(reflect(x.TriMul(m.upperT(t), autodiff.Tri{Trans: true}), t.Use(m.Axes), false), m.Shift)
}

// Inverse returns R⁻¹·Qᵀ·(y − b).
func (m *QR) Inverse(y autodiff.Var) autodiff.Var {
	wantCols("QR", y, m.Diag.Len())
	t := y.Tape()
	return reflect(sub(y, m.Shift), t.Use(m.Axes), true).TriSolve(m.upperT(t), autodiff.Tri{Trans: true})
}

// ILDJ returns −Σᵢ log|Rᵢᵢ|, 1×1.
func (m *QR) ILDJ(y autodiff.Var) autodiff.Var {
	wantCols("QR", y, m.Diag.Len())
	return logAbs(m.Diag.On(y.Tape()), m.Diag.Len()).Neg()
}
