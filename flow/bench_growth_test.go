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
		m := couplingModel(dim, layers, bijector.Affine{}, width, alternate)
		f := benchFit(b, m, Rows(normalRows(2*batch, dim)), batch, likelihood(m))
		defer f.close()
		step := 0
		for b.Loop() {
			if err := f.step(step); err != nil {
				b.Fatal(err)
			}
			step++
		}
		perStep := float64(b.Elapsed().Nanoseconds()) / float64(step)
		b.ReportMetric(1000*perStep/float64(batch)/float64(len(f.trainer.vec.Data)), "ps/row/param")
	})
}

// A step of training allocates nothing once its memory is there.
func TestStepAllocatesNothing(t *testing.T) {
	for name, m := range map[string]*Transformed{
		"affine coupling": couplingModel(4, 2, bijector.Affine{}, 16, alternate),
		"spline coupling": couplingModel(4, 2, bijector.Spline{}, 16, alternate),
		"autoregressive":  masked(4, 2, 16, bijector.Affine{}),
	} {
		c, err := (&Settings{Batch: 200, Steps: 1 << 20, Validation: -1}).withDefaults(1000)
		if err != nil {
			t.Fatal(err)
		}
		f, err := newFit(m, Rows(normalRows(1000, 4)), c, true, likelihood(m))
		if err != nil {
			t.Fatal(err)
		}
		step := 0
		run := func() {
			if err := f.step(step); err != nil {
				t.Fatal(err)
			}
			step++
		}
		for range 10 {
			run()
		}
		// The passes over the data note the state of their generator, once in five steps.
		if n := testing.AllocsPerRun(50, run); n >= 1 {
			t.Errorf("%s: a step allocates %v times, want 0", name, n)
		}
		f.close()
	}
}
