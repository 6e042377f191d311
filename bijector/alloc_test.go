//go:build !race

// The race detector allocates.

package bijector_test

import (
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
)

// Once a tape has its memory, no bijector allocates: neither values nor
// gradients. Binding a context makes a bijector, so conditional ones do, and a
// distribution's own functions may.
func TestNoAllocations(t *testing.T) {
	for _, c := range table() {
		if c.Context != nil || strings.HasPrefix(c.Name, "CDF/") {
			continue
		}
		tape := autodiff.NewTape()
		step := func() {
			tape.Reset()
			x := tape.Variable(c.X)
			y := c.B.Forward(x)
			sum := c.B.Inverse(y).RowSum().Add(c.B.ILDJ(y)).Add(bijector.FLDJ(c.B, x))
			tape.Backward(sum.Sum())
		}
		step()
		if n := testing.AllocsPerRun(20, step); n > 0 {
			t.Errorf("%s: got %v allocations a step, want none", c.Name, n)
		}
	}
}
