package nn

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
)

// Constant is the network without inputs: its output is one learned row, the
// same for every sample. It stands in for a conditioner that has nothing to
// look at.
type Constant struct{ Row *autodiff.Param } // 1×out

// NewConstant returns a Constant of out zeros. It panics unless out is positive.
func NewConstant(out int) *Constant { return &Constant{Row: autodiff.NewParam(1, out, nil)} }

// Restore checks the field.
func (c *Constant) Restore() error {
	if c.Row == nil {
		return fmt.Errorf("nn: Constant: got no row, want one")
	}
	if r, n := c.Row.Dims(); r != 1 {
		return fmt.Errorf("nn: Constant: got %d×%d, want one row", r, n)
	}
	return nil
}

// Apply returns the row, 1×out; of x it uses the tape only.
func (c *Constant) Apply(x autodiff.Var) autodiff.Var { return x.Tape().Use(c.Row) }

// In returns 0.
func (c *Constant) In() int { return 0 }

// Out returns the length of the row.
func (c *Constant) Out() int { return c.Row.Len() }
