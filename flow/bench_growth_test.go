package flow

import (
	"fmt"
	"testing"

	"github.com/normflow/normflow/bijector"
)

// BenchmarkGrowth times a training step of RealNVP while one of batch, width,
// dimension and layers grows and the others stay at 512 rows, two hidden layers of
// 64, 8 columns and 4 couplings. It reports the time per row and learned
// number too, which falls until products are large enough to run at speed and then stays.
func BenchmarkGrowth(b *testing.B) {
	const batch, width, dim, layers = 512, 64, 8, 4
	for _, v := range []int{64, 256, 1024, 4096, 16384} {
		benchGrowth(b, "batch", v, v, width, dim, layers)
	}
	for _, v := range []int{32, 64, 128, 256, 512, 1024} {
		benchGrowth(b, "width", v, batch, v, dim, layers)
	}
	for _, v := range []int{2, 8, 32, 128, 256} {
		benchGrowth(b, "dim", v, batch, width, v, layers)
	}
	for _, v := range []int{1, 2, 4, 8, 16, 32} {
		benchGrowth(b, "layers", v, batch, width, dim, v)
	}
}

func benchGrowth(b *testing.B, what string, value, batch, width, dim, layers int) {
	b.Run(fmt.Sprintf("%s/%d", what, value), func(b *testing.B) {
		m := couplingModel(dim, layers, bijector.Affine{}, width, 0, alternate)
		f := benchFit(b, m, Rows(normalRows(2*batch, dim)), batch, likelihood(m))
		defer f.batches.Close()
		loopSteps(b, f)
		perStep := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
		b.ReportMetric(1000*perStep/float64(batch)/float64(len(f.batches.Gradient.Params.Data)), "ps/row/param")
	})
}
