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
// are a product with a matrix, O(d²) a row, which is made once a batch.
type DCT struct {
	Dim  int // d
	Type int // 2 or 3
}

// NewDCT returns the transform of d columns of type 2 or 3. It panics if d is
// not positive or the type is another.
func NewDCT(d, kind int) *DCT {
	t := &DCT{Dim: d, Type: kind}
	must(t.Restore())
	return t
}

// Restore checks the fields.
func (t *DCT) Restore() error {
	if t.Dim <= 0 || t.Dim > maxSide || (t.Type != 2 && t.Type != 3) {
		return fmt.Errorf("bijector: DCT: got %d columns and type %d, want 1 to %d and type 2 or 3", t.Dim, t.Type, maxSide)
	}
	return nil
}

// dctOp is the constant matrix of type 2, d×d.
var dctOp = &autodiff.Op{Name: "bijector.DCT", Forward: func(c *autodiff.Call) {
	m, d := c.Out(0), c.OutShape(0).Cols
	quarter, sines := c.Temp(d+1), c.Temp(d+1) // √(2/d)·cos(π·i/(2d)), from 1 to 0
	for i := range quarter {
		quarter[i] = math.Pi * float64(min(i, d-i)) / float64(2*d)
	}
	kernel.Sin(sines, quarter)
	kernel.Cos(quarter, quarter)
	for i := d/2 + 1; i <= d; i++ { // exact to the last digits also near 0
		quarter[i] = sines[i]
	}
	kernel.Scale(quarter, quarter, math.Sqrt(2/float64(d)))
	for j := range d {
		m[j] = 1 / math.Sqrt(float64(d))
	}
	for k := 1; k < d; k++ {
		for j := range d {
			i := k * (2*j + 1) % (4 * d)
			if i > 2*d { // cos(2π − a) = cos a
				i = 4*d - i
			}
			if i <= d {
				m[k*d+j] = quarter[i]
			} else {
				m[k*d+j] = -quarter[2*d-i]
			}
		}
	}
}}

func (t *DCT) apply(x autodiff.Var, kind int) autodiff.Var {
	wantCols("DCT", x, t.Dim)
	m := dctOp.Apply(x.Tape(), autodiff.Args{}, autodiff.Shape{Rows: t.Dim, Cols: t.Dim})
	if kind == 2 {
		return x.MatMulT(m)
	}
	return x.MatMul(m)
}

// Forward returns the transform of x.
func (t *DCT) Forward(x autodiff.Var) autodiff.Var { return t.apply(x, t.Type) }

// Inverse returns the transform of y of the other type.
func (t *DCT) Inverse(y autodiff.Var) autodiff.Var { return t.apply(y, 5-t.Type) }

// ILDJ returns 0.
func (t *DCT) ILDJ(y autodiff.Var) autodiff.Var { return zero(y) }
