package bijector

import "github.com/normflow/normflow/autodiff"

// LowRank is the affine map with a diagonal matrix and a perturbation of rank r:
//
//	y = (diag(s) + U·Vᵀ)·x + b
//
// Its inverse and log-determinant need r×r matrices only, by the identities of
// Woodbury and Sylvester: with C = I + Vᵀ·diag(s)⁻¹·U and z = (y − b)/s,
//
//	x = z − diag(s)⁻¹·U·C⁻¹·Vᵀ·z
//	log|det| = Σᵢ log|sᵢ| + log|det C|
//
// With V = U and s > 0 the matrix is positive definite and cannot become
// singular. Domain and range are Rᵈ. Forward costs O(d·r) a row, Inverse
// O(d·r + r²), and the small matrix O(d·r² + r³) a batch.
type LowRank struct {
	Scale autodiff.Value  // s: a scalar, or one value per column
	U     *autodiff.Param // d×r
	V     *autodiff.Param // d×r, nil for U
	Shift autodiff.Value  // b, empty for none
}

// NewLowRank returns the map diag(s) + U·Vᵀ; v is nil for U·Uᵀ. Frozen matrices are
// constant, others learned from there; learned factors s keep their sign, which
// must be the same for all. Where U and V are all zeros so are their gradients: start from
// small random values, [autodiff.LearnedNormal].
//
// It panics if a factor is 0 or the shapes do not fit.
func NewLowRank(scale autodiff.Value, u, v *autodiff.Param, shift autodiff.Value) *LowRank {
	m := &LowRank{Scale: nonzero("LowRank", scale), U: u, V: v, Shift: shift}
	must(m.Restore())
	return m
}

// Restore checks the fields.
func (m *LowRank) Restore() error {
	d, r := 1, 1
	if m.U != nil {
		d, r = m.U.Dims()
	}
	err := checkDims("LowRank: U", m.U, d, r)
	if err == nil && m.V != nil {
		err = checkDims("LowRank: V", m.V, d, r)
	}
	if err == nil {
		err = checkNonzero("LowRank", m.Scale)
	}
	if err == nil {
		err = checkLen("LowRank: factors", m.Scale, d)
	}
	if err == nil {
		err = checkLen("LowRank: shift", m.Shift, d)
	}
	return err
}

func (m *LowRank) matrices(x autodiff.Var) (s, u, v autodiff.Var) {
	t := x.Tape()
	s, u = m.Scale.On(t), t.Use(m.U)
	wantCols("LowRank", x, u.Rows())
	if m.V == nil {
		return s, u, u
	}
	return s, u, t.Use(m.V)
}

// capacitance returns the transpose of diag(s)⁻¹·U, r×d, and C, r×r.
func (m *LowRank) capacitance(x autodiff.Var) (at, c autodiff.Var) {
	s, u, v := m.matrices(x)
	at = u.T().Div(s)
	return at, v.TMatMulT(at).Add(eye(x.Tape(), u.Cols()))
}

// Forward returns s∘x + U·Vᵀ·x + b.
func (m *LowRank) Forward(x autodiff.Var) autodiff.Var {
	s, u, v := m.matrices(x)
	return add(x.Mul(s).Add(x.MatMul(v).MatMulT(u)), m.Shift)
}

// Inverse returns x from y by Woodbury's identity.
func (m *LowRank) Inverse(y autodiff.Var) autodiff.Var {
	s, _, v := m.matrices(y)
	z := sub(y, m.Shift).Div(s)
	at, c := m.capacitance(y)
	return z.Sub(z.MatMul(v).Solve(c).MatMul(at))
}

// ILDJ returns −Σᵢ log|sᵢ| − log|det C|, 1×1.
func (m *LowRank) ILDJ(y autodiff.Var) autodiff.Var {
	s, u, _ := m.matrices(y)
	_, c := m.capacitance(y)
	return logAbs(s, u.Rows()).Add(c.LogAbsDet()).Neg()
}
