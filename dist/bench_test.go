package dist_test

import (
	"testing"

	"github.com/normflow/normflow/autodiff"
)

// BenchmarkLogDensity scores and differentiates 256 rows.
func BenchmarkLogDensity(b *testing.B) {
	for _, name := range names() {
		d := table[name]
		x := sample(d, 256)
		b.Run(name, func(b *testing.B) {
			tape := autodiff.NewTape()
			for b.Loop() {
				tape.Reset()
				tape.Backward(d.LogDensity(tape.Variable(x)).Sum())
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*256*d.Dim()), "ns/number")
		})
	}
}
