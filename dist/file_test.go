package dist_test

import (
	"testing"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/flowtest"
)

// Every distribution of the table survives its file, and the fault of a
// damaged one is found.
func TestFiles(t *testing.T) {
	for _, name := range names() {
		t.Run(name, func(t *testing.T) { checkFile(t, table[name]) })
	}
	for name, m := range mades() {
		if m.CondDim() > 0 {
			continue // which only a conditional distribution of a flow could be the base of
		}
		t.Run("MADE/"+name, func(t *testing.T) { checkFile(t, m) })
	}
}

func checkFile(t *testing.T, d dist.Distribution) {
	m := flow.New(d)
	flowtest.File(t, m, sample(d, 5), nil)
	flowtest.Damage(t, m)
}
