//go:build !race

// The race detector makes sync.Pool forget.

package dist_test

import (
	"testing"

	"github.com/normflow/normflow/dist"
)

// In steady state LogProb of a row allocates nothing.
func TestLogProbAllocates(t *testing.T) {
	for _, name := range names() {
		d := table[name]
		row := sample(d, 1).RawRowView(0)
		if n := testing.AllocsPerRun(100, func() { dist.LogProb(d, row) }); n > 0 {
			t.Errorf("%s: LogProb allocates %v times", name, n)
		}
	}
}
