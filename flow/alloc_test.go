//go:build !race

package flow_test

import (
	"testing"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
)

// Pools drop what they hold now and then under the race detector.
func TestLogProbAllocatesNothing(t *testing.T) {
	all := models(2, 0)
	all["mixture of flows"] = flow.New(dist.NewMixture(dist.FixedWeights(1, 1, 2), small(0, 1), small(0, 2), dist.NewStdNormal(2)))
	for name, m := range all {
		x := []float64{0.3, -0.7}
		m.LogProb(x)
		if n := testing.AllocsPerRun(100, func() { m.LogProb(x) }); n >= 1 {
			t.Errorf("%s: LogProb allocates %v times, want 0", name, n)
		}
	}
}
