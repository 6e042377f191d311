//go:build !purego

package kernel

import (
	"testing"

	"github.com/normflow/normflow/internal/kernel/peak"
)

// BenchmarkPeak measures the speed limit of the processor.
func BenchmarkPeak(b *testing.B) {
	for _, c := range []struct {
		tier  tier
		lanes int
		run   func(n int)
	}{
		{avx512, 8, peak.FMA512},
		{avx2, 4, peak.FMA256},
	} {
		if c.tier > supported() {
			continue
		}
		b.Run(c.tier.String(), func(b *testing.B) {
			const rounds = 10000
			for b.Loop() {
				c.run(rounds)
			}
			b.ReportMetric(2*12*rounds*float64(c.lanes)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}
