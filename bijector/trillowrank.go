package bijector

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
)

// TriLLowRank is the affine map with a lower triangular matrix and a
// perturbation of rank r:
//
//	y = (L + V·diag(e)·Vᵀ)·x + b
//
// Its inverse and log-determinant need r×r matrices only, by the identities of
// Woodbury and Sylvester: with A = L⁻¹·V and C = I + diag(e)·Vᵀ·A,
//
//	x = z − A·C⁻¹·diag(e)·Vᵀ·z,  z = L⁻¹·(y − b)
//	log|det| = Σᵢ log|Lᵢᵢ| + log|det C|
//
// Domain and range are Rᵈ. Forward costs O(d² + d·r) a row, Inverse
// O(d² + d·r + r²) and O(d²·r + r³) a batch. A matrix with det C = 0 is
// singular: its log-determinant is −∞ and training stays away.
type TriLLowRank struct {
	L     *autodiff.Param // d×d; only the part below the diagonal counts
	Diag  autodiff.Value  // the diagonal of L
	V     *autodiff.Param // d×r
	E     autodiff.Value  // e, empty for ones
	Shift autodiff.Value  // b, empty for none
}

// NewTriLLowRank returns the map with the lower triangle of l and the perturbation
// v·diag(e)·vᵀ: frozen matrices are constant, others learned from there. A learned
// diagonal of l keeps its sign. Where v is all zeros its gradient is zero
// too: start from small random values, [autodiff.LearnedNormal].
//
// It panics if l is not square or has a 0 on the diagonal, or if v or e do
// not fit.
func NewTriLLowRank(l, v *autodiff.Param, e, shift autodiff.Value) *TriLLowRank {
	m := &TriLLowRank{L: l, Diag: diagonalOf("TriLLowRank", l), V: v, E: e, Shift: shift}
	must(m.Restore())
	return m
}

// Restore checks the fields.
func (m *TriLLowRank) Restore() error {
	if err := checkTriangle("TriLLowRank", m.L, m.Diag, m.Shift); err != nil {
		return err
	}
	return checkFactor("TriLLowRank", m.V, m.Diag.Len(), m.E)
}

// checkFactor returns an error unless v has d rows and e fits its columns.
func checkFactor(what string, v *autodiff.Param, d int, e autodiff.Value) error {
	if v == nil {
		return fmt.Errorf("bijector: %s: got no perturbation, want a matrix of %d rows", what, d)
	}
	_, r := v.Dims()
	if err := checkDims(what+": perturbation", v, d, r); err != nil {
		return err
	}
	return checkLen(what+": perturbation", e, r)
}

func (m *TriLLowRank) matrix(t *autodiff.Tape) autodiff.Var { return lower(t.Use(m.L), m.Diag.On(t)) }

// capacitance returns Aᵀ, r×d, and C, r×r.
func (m *TriLLowRank) capacitance(t *autodiff.Tape) (at, c autodiff.Var) {
	v := t.Use(m.V)
	at = v.T().TriSolve(m.matrix(t), autodiff.Tri{})
	c = v.TMatMulT(at)
	if !m.E.IsZero() {
		c = c.Mul(m.E.On(t).T())
	}
	return at, c.Add(eye(t, c.Cols()))
}

// project returns diag(e)·Vᵀ·x for each row, n×r.
func (m *TriLLowRank) project(x autodiff.Var) autodiff.Var {
	p := x.MatMul(x.Tape().Use(m.V))
	if m.E.IsZero() {
		return p
	}
	return p.Mul(m.E.On(x.Tape()))
}

// Forward returns L·x + V·diag(e)·Vᵀ·x + b.
func (m *TriLLowRank) Forward(x autodiff.Var) autodiff.Var {
	wantCols("TriLLowRank", x, m.Diag.Len())
	t := x.Tape()
	y := x.TriMul(m.matrix(t), autodiff.Tri{}).Add(m.project(x).MatMulT(t.Use(m.V)))
	return add(y, m.Shift)
}

// Inverse returns x from y by Woodbury's identity.
func (m *TriLLowRank) Inverse(y autodiff.Var) autodiff.Var {
	wantCols("TriLLowRank", y, m.Diag.Len())
	z := sub(y, m.Shift).TriSolve(m.matrix(y.Tape()), autodiff.Tri{})
	at, c := m.capacitance(y.Tape())
	return z.Sub(m.project(z).Solve(c).MatMul(at))
}

// ILDJ returns −Σᵢ log|Lᵢᵢ| − log|det C|, 1×1.
func (m *TriLLowRank) ILDJ(y autodiff.Var) autodiff.Var {
	wantCols("TriLLowRank", y, m.Diag.Len())
	t := y.Tape()
	_, c := m.capacitance(t)
	return logAbs(m.Diag.On(t), m.Diag.Len()).Add(c.LogAbsDet()).Neg()
}
