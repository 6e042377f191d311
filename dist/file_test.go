package dist_test

import (
	"testing"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/flowtest"
)

// Every distribution of the table survives its file.
func TestFiles(t *testing.T) {
	for _, name := range names() {
		t.Run(name, func(t *testing.T) { flowtest.File(t, flow.New(table[name]), sample(table[name], 5), nil) })
	}
	for name, m := range mades() {
		if m.CondDim() > 0 {
			continue // which only a conditional distribution of a flow could be the base of
		}
		t.Run("MADE/"+name, func(t *testing.T) { flowtest.File(t, flow.New(m), sample(m, 5), nil) })
	}
}
