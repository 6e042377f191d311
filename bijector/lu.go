package bijector

import "github.com/normflow/normflow/autodiff"

// LU is the affine map with a matrix held as its factors, a permutation, a unit lower
// and an upper triangular matrix:
//
//	y = P·L·U·x + b,  log|det| = Σᵢ log|Uᵢᵢ|
//
// where (P·z)ᵢ = z[Perm[i]]. Every invertible matrix has such factors. Domain
// and range are Rᵈ. Both directions cost O(d²) a row, the log-determinant
// O(d). Diederik P. Kingma, Prafulla Dhariwal, Glow: Generative Flow with
// Invertible 1×1 Convolutions, 2018, arXiv:1807.03039.
type LU struct {
	Factors *autodiff.Param // d×d: L below the diagonal, U above it
	Diag    autodiff.Value  // the diagonal of U
	Perm    []int           // P, nil for none
	Shift   autodiff.Value  // b, empty for none

	inverse []int
}

// NewLU returns the map with the factors packed in one matrix, L below the
// diagonal and U on and above it: constant if it is frozen, else learned from
// there. [autodiff.LearnedIdentity] starts as P. The learned diagonal keeps
// its sign, which must be the same for all. The permutation stays fixed.
//
// It panics if factors is not square, has a 0 on the diagonal, or if
// perm is neither nil nor a permutation.
func NewLU(factors *autodiff.Param, perm []int, shift autodiff.Value) *LU {
	m := &LU{Factors: factors, Diag: diagonalOf("LU", factors), Perm: append([]int(nil), perm...), Shift: shift}
	must(m.Restore())
	return m
}

// Restore checks the fields and inverts the permutation.
func (m *LU) Restore() (err error) {
	if err := checkTriangle("LU", m.Factors, m.Diag, m.Shift); err != nil {
		return err
	}
	if len(m.Perm) > 0 {
		m.inverse, err = invertPermutation("LU", m.Perm, m.Diag.Len())
	}
	return err
}

// Forward returns P·L·U·x + b.
func (m *LU) Forward(x autodiff.Var) autodiff.Var {
	wantCols("LU", x, m.Diag.Len())
	f := x.Tape().Use(m.Factors)
	y := x.TriMul(upperT(f, m.Diag.On(x.Tape())), autodiff.Tri{Trans: true}).TriMul(f, autodiff.Tri{Unit: true})
	if m.inverse != nil {
		y = y.Gather(m.Perm)
	}
	return add(y, m.Shift)
}

// Inverse returns U⁻¹·L⁻¹·Pᵀ·(y − b).
func (m *LU) Inverse(y autodiff.Var) autodiff.Var {
	wantCols("LU", y, m.Diag.Len())
	x, f := sub(y, m.Shift), y.Tape().Use(m.Factors)
	if m.inverse != nil {
		x = x.Gather(m.inverse)
	}
	return x.TriSolve(f, autodiff.Tri{Unit: true}).TriSolve(upperT(f, m.Diag.On(y.Tape())), autodiff.Tri{Trans: true})
}

// ILDJ returns −Σᵢ log|Uᵢᵢ|, 1×1.
func (m *LU) ILDJ(y autodiff.Var) autodiff.Var {
	wantCols("LU", y, m.Diag.Len())
	return logAbs(m.Diag.On(y.Tape()), m.Diag.Len()).Neg()
}
