//go:build !race

package flow_test

import "testing"

// Pools drop what they hold now and then under the race detector.
func TestLogProbAllocatesNothing(t *testing.T) {
	for name, m := range models(2, 0) {
		x := []float64{0.3, -0.7}
		m.LogProb(x)
		if n := testing.AllocsPerRun(100, func() { m.LogProb(x) }); n >= 1 {
			t.Errorf("%s: LogProb allocates %v times, want 0", name, n)
		}
	}
}
