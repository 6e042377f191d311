package bijector

import "github.com/normflow/normflow/autodiff"

// SVD is the affine map with a matrix held as reflections, factors and
// reflections again:
//
//	y = Q(U)·(s ∘ Q(V)·x) + b,  Q(V) = H(vₖ)···H(v₁),  log|det| = Σᵢ log|sᵢ|
//
// It cannot become singular. Domain and range are Rᵈ. Both directions cost
// O(k·d) a row.
type SVD struct {
	U, V  *autodiff.Param // k×d axes each, see [Householder]
	S     autodiff.Value  // s: a scalar, or one value per column
	Shift autodiff.Value  // b, empty for none
}

// NewSVD returns the map with the given axes and factors, each constant if frozen or
// fixed and else learned: [PairedAxes] and ones start as the identity. Learned
// factors keep their sign, which must be the same for all.
//
// It panics if an axis or a factor is 0, or if widths differ.
func NewSVD(u, v *autodiff.Param, s, shift autodiff.Value) *SVD {
	m := &SVD{U: u, V: v, S: nonzero("SVD", s), Shift: shift}
	must(m.Restore())
	return m
}

// Restore checks the fields.
func (m *SVD) Restore() error {
	d := m.dim()
	err := checkAxes("SVD: U", m.U, d)
	if err == nil {
		err = checkAxes("SVD: V", m.V, d)
	}
	if err == nil {
		err = checkNonzero("SVD", m.S)
	}
	if err == nil {
		err = checkLen("SVD: factors", m.S, d)
	}
	if err == nil {
		err = checkLen("SVD: shift", m.Shift, d)
	}
	return err
}

func (m *SVD) dim() int {
	if m.U == nil {
		return 0
	}
	_, d := m.U.Dims()
	return d
}

// Forward returns Q(U)·(s∘Q(V)·x) + b.
func (m *SVD) Forward(x autodiff.Var) autodiff.Var {
	wantCols("SVD", x, m.dim())
	t := x.Tape()
	y := reflect(x, t.Use(m.V), false).Mul(m.S.On(t))
	return add(reflect(y, t.Use(m.U), false), m.Shift)
}

// Inverse returns Q(V)ᵀ·(Q(U)ᵀ·(y − b)/s).
func (m *SVD) Inverse(y autodiff.Var) autodiff.Var {
	wantCols("SVD", y, m.dim())
	t := y.Tape()
	x := reflect(sub(y, m.Shift), t.Use(m.U), true).Div(m.S.On(t))
	return reflect(x, t.Use(m.V), true)
}

// ILDJ returns −Σᵢ log|sᵢ|, 1×1.
func (m *SVD) ILDJ(y autodiff.Var) autodiff.Var { return logAbs(m.S.On(y.Tape()), m.dim()).Neg() }
