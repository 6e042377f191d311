package bijector

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// DCT is the orthonormal discrete cosine transform of the row, of type 2:
//
//	yₖ = √(2/d)·Σⱼ xⱼ·cos(π·k·(2j+1)/(2d)),  y₀ with √(1/d),  log|det| = 0
//
// or of type 3, which is its inverse. Domain and range are Rᵈ. Both directions
// are a product with a matrix, O(d²) a row.
type DCT struct {
	Dim  int // d
	Type int // 2 or 3

	matrix *autodiff.Param // of type 2, constant
}

// NewDCT returns the transform of d columns of type 2 or 3. It panics if d is
// not positive or the type is another.
func NewDCT(d, kind int) *DCT {
	t := &DCT{Dim: d, Type: kind}
	must(t.Restore())
	return t
}

// Restore checks the fields and computes the cosines.
func (t *DCT) Restore() error {
	if t.Dim <= 0 || t.Dim > maxSide || (t.Type != 2 && t.Type != 3) {
		return fmt.Errorf("bijector: DCT: got %d columns and type %d, want 1 to %d and type 2 or 3", t.Dim, t.Type, maxSide)
	}
	d := t.Dim
	m := make([]float64, d*d)
	for k := range d {
		for j := range d {
			m[k*d+j] = math.Pi * float64(k*(2*j+1)%(4*d)) / float64(2*d)
		}
	}
	kernel.Cos(m, m)
	kernel.Scale(m, m, math.Sqrt(2/float64(d)))
	for j := range d {
		m[j] = 1 / math.Sqrt(float64(d))
	}
	t.matrix = autodiff.NewParam(d, d, m)
	t.matrix.Freeze(true)
	return nil
}

func (t *DCT) apply(x autodiff.Var, kind int) autodiff.Var {
	wantCols("DCT", x, t.Dim)
	if kind == 2 {
		return x.MatMulT(x.Tape().Use(t.matrix))
	}
	return x.MatMul(x.Tape().Use(t.matrix))
}

// Forward returns the transform of x.
func (t *DCT) Forward(x autodiff.Var) autodiff.Var { return t.apply(x, t.Type) }

// Inverse returns the transform of y of the other type.
func (t *DCT) Inverse(y autodiff.Var) autodiff.Var { return t.apply(y, 5-t.Type) }

// ILDJ returns 0.
func (t *DCT) ILDJ(y autodiff.Var) autodiff.Var { return zero(y) }

// FLDJ returns 0.
func (t *DCT) FLDJ(x autodiff.Var) autodiff.Var { return zero(x) }
