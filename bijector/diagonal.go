package bijector

import "github.com/normflow/normflow/autodiff"

// Diagonal is the affine map with a diagonal matrix:
//
//	y = s∘x + b,  log|det| = Σⱼ log|sⱼ|
//
// Domain and range are Rᵈ. Both directions cost O(d) a row.
type Diagonal struct {
	Scale autodiff.Value // s: a scalar for all columns, or one value per column
	Shift autodiff.Value // b: likewise, or empty for none
}

// NewDiagonal returns a diagonal affine map; an empty shift is none. Learned
// factors keep their sign, which must be the same for all.
//
// It panics if a factor is 0, or if both are vectors of different lengths.
func NewDiagonal(scale, shift autodiff.Value) *Diagonal {
	d := &Diagonal{Scale: nonzero("Diagonal", scale), Shift: shift}
	must(d.Restore())
	return d
}

// Restore checks the fields.
func (d *Diagonal) Restore() error {
	if err := checkNonzero("Diagonal", d.Scale); err != nil {
		return err
	}
	n := d.Scale.Len()
	if n == 1 && !d.Shift.IsZero() {
		n = d.Shift.Len()
	}
	return checkLen("Diagonal: shift", d.Shift, n)
}

// scale returns s, having checked the columns of x.
func (d *Diagonal) scale(x autodiff.Var) autodiff.Var {
	return row("bijector: Diagonal: factor", d.Scale, x)
}

// Forward returns s∘x + b.
func (d *Diagonal) Forward(x autodiff.Var) autodiff.Var {
	return add(x.Mul(d.scale(x)), d.Shift)
}

// Inverse returns (y − b)/s.
func (d *Diagonal) Inverse(y autodiff.Var) autodiff.Var {
	return sub(y, d.Shift).Div(d.scale(y))
}

// ILDJ returns −Σⱼ log|sⱼ|, 1×1.
func (d *Diagonal) ILDJ(y autodiff.Var) autodiff.Var { return logAbs(d.scale(y), y.Cols()).Neg() }
