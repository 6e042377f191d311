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
			y, fldj := bijector.ForwardFLDJ(c.B, x)
			z, ildj := bijector.InverseILDJ(c.B, y)
			alone := c.B.Inverse(c.B.Forward(x)).Add(z).RowSum()
			tape.Backward(alone.Add(fldj).Add(ildj).Sum())
		}
		step()
		if n := testing.AllocsPerRun(20, step); n > 0 {
			t.Errorf("%s: got %v allocations a step, want none", c.Name, n)
		}
	}
}
