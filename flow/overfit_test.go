package flow

import (
	"testing"

	"github.com/normflow/normflow/internal/train"
)

// A training overfits after four records that are each worse than the one before, the last by .02 than the best: not while it wavers, nor
// where it rises by less, nor before a fifth record.
func TestOverfit(t *testing.T) {
	for name, c := range map[string]struct {
		losses []float64
		want   int // the record, 0 for none
	}{
		"falls":           {[]float64{5, 4, 3, 2, 1, 0.5, 0.2}, 0},
		"rises":           {[]float64{1, 0.9, 0.91, 0.92, 0.93, 0.94, 0.95}, 6},
		"from the first":  {[]float64{1, 2, 3, 4, 5, 6}, 5},
		"by little":       {[]float64{1, 0.9, 0.901, 0.902, 0.903, 0.904, 0.905}, 0},
		"slowly":          {[]float64{1, 0.99, 0.995, 1, 1.005, 1.009, 1.02, 1.03}, 7},
		"wavers":          {[]float64{1, 1.1, 1.2, 1.3, 1.2, 1.3, 1.4, 1.5, 1.4}, 0},
		"from what it is": {[]float64{3, 2, 2.5, 2.6, 2.7, 1, 1.1, 1.2, 1.3, 1.4}, 10},
	} {
		o, got := newOverfit(), 0
		for i, v := range c.losses {
			if o.see(train.Record{Step: i + 1, Validation: v}) {
				got = i + 1
				break
			}
		}
		if got != c.want {
			t.Errorf("%s: overfits by record %d, want %d", name, got, c.want)
		}
	}
}
