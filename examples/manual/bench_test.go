package manual_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/flow"
	"gonum.org/v1/gonum/mat"
)

// BenchmarkPresets times a training step, scoring and sampling of every preset on rows of 2, 8 and 64 columns, with what they
// allocate: cpu-ms is the time on all cores, which other programs on the machine hardly change. The tables of which.md show it.
func BenchmarkPresets(b *testing.B) {
	for _, p := range flow.Presets() {
		for _, d := range []int{2, 8, 64} {
			b.Run(fmt.Sprintf("%s/columns %d", p.Name, d), func(b *testing.B) { benchPreset(b, p, d) })
		}
	}
}

func benchPreset(b *testing.B, p flow.Preset, d int) {
	x := mat.NewDense(4096, d, nil)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range x.RawMatrix().Data {
		x.RawMatrix().Data[i] = r.NormFloat64()
	}
	if d == 8 {
		fillHard(x, rand.NewPCG(1, 2))
	}
	if p.Name == "NCSF" { // angles
		for i, v := range x.RawMatrix().Data {
			x.RawMatrix().Data[i] = math.Remainder(v, 2*math.Pi)
		}
	}
	fresh := func() *flow.Transformed { return p.New(flow.Arch{Dim: d}, rand.NewPCG(1, 2)) }
	b.Run("step of 512", func(b *testing.B) {
		b.ReportAllocs()
		m := fresh()
		const before = 4 // steps, until the memory is there
		var start time.Duration
		s := &flow.Settings{Steps: before + b.N, Batch: 512, Every: before, Validation: -1, Average: -1}
		s.Report = func(r flow.Record) {
			if r.Step == before {
				b.ResetTimer()
				start = cpuTime()
			}
		}
		if _, err := flow.Fit(context.Background(), m, flow.Rows(x), s); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(cpuTime()-start)/float64(b.N)/1e6, "cpu-ms")
		numbers := 0
		for _, p := range m.Params() {
			numbers += p.Len()
		}
		b.ReportMetric(float64(numbers), "parameters")
	})
	m := fresh()
	b.Run("density of 4096", func(b *testing.B) {
		b.ReportAllocs()
		dst := mat.NewVecDense(4096, nil).RawVector().Data
		loop(b, func() { m.LogProbs(dst, x) })
	})
	b.Run("density of one", func(b *testing.B) {
		b.ReportAllocs()
		loop(b, func() { m.LogProb(x.RawRowView(0)) })
	})
	b.Run("4096 samples", func(b *testing.B) {
		b.ReportAllocs()
		batch := mat.NewDense(4096, d, nil)
		loop(b, func() { m.Sample(batch) })
	})
}

// loop is b.Loop with the CPU time of a call, after one for the memory.
func loop(b *testing.B, call func()) {
	call()
	b.ResetTimer()
	start := cpuTime()
	for b.Loop() {
		call()
	}
	b.ReportMetric(float64(cpuTime()-start)/float64(b.N)/1e6, "cpu-ms")
}

// BenchmarkGap fits each preset to endless samples of a density that is known and reports how many nats a row it lacks.
func BenchmarkGap(b *testing.B) {
	test := mat.NewDense(20000, 8, nil)
	fillHard(test, rand.NewPCG(3, 4))
	for _, p := range flow.Presets() {
		b.Run(p.Name, func(b *testing.B) {
			var gap float64
			for b.Loop() {
				m := p.New(flow.Arch{Dim: 8}, rand.NewPCG(1, 2))
				s := &flow.Settings{Steps: 4000, Schedule: optim.Cosine{Start: 0.002}}
				if _, err := flow.Fit(context.Background(), m, flow.Fresh(8, fillHard), s); err != nil {
					b.Fatal(err)
				}
				gap = 0
				for i, lp := range m.LogProbs(nil, test) {
					gap += (hardLogProb(test.RawRowView(i)) - lp) / 20000
				}
			}
			b.ReportMetric(gap, "nats")
		})
	}
}

// BenchmarkLearn times Learn, and scoring by what it gives.
func BenchmarkLearn(b *testing.B) {
	x, test := mat.NewDense(4000, 8, nil), mat.NewDense(20000, 8, nil)
	fillHard(x, rand.NewPCG(1, 2))
	fillHard(test, rand.NewPCG(3, 4))
	for _, c := range []struct {
		name   string
		single bool
	}{{"stacked", false}, {"single", true}} {
		var m *flow.Transformed
		b.Run(c.name+"/learn", func(b *testing.B) {
			var gap float64
			for b.Loop() {
				var err error
				if m, _, err = flow.Learn(context.Background(), flow.Rows(x), &flow.LearnSettings{Single: c.single}); err != nil {
					b.Fatal(err)
				}
				gap = 0
				for i, lp := range m.LogProbs(nil, test) {
					gap += (hardLogProb(test.RawRowView(i)) - lp) / 20000
				}
			}
			b.ReportMetric(gap, "nats")
		})
		b.Run(c.name+"/density of one", func(b *testing.B) {
			for b.Loop() {
				m.LogProb(test.RawRowView(0))
			}
		})
		b.Run(c.name+"/density of 4096", func(b *testing.B) {
			some := test.Slice(0, 4096, 0, 8)
			dst := make([]float64, 4096)
			for b.Loop() {
				m.LogProbs(dst, some)
			}
		})
	}
}

// fillHard draws rows of three bananas and two columns of two modes each, whose sides agree.
func fillHard(x *mat.Dense, src rand.Source) {
	r := rand.New(src)
	n, _ := x.Dims()
	for i := range n {
		row := x.RawRowView(i)
		for j := 0; j < 6; j += 2 {
			row[j] = r.NormFloat64()
			row[j+1] = row[j]*row[j] + 0.5*r.NormFloat64()
		}
		side := float64(2*r.IntN(2) - 1)
		row[6], row[7] = 2*side+0.5*r.NormFloat64(), 2*side+0.5*r.NormFloat64()
	}
}

// hardLogProb is the log-density of fillHard.
func hardLogProb(x []float64) float64 {
	normal := func(z, s float64) float64 { return -z*z/(2*s*s) - math.Log(s*math.Sqrt(2*math.Pi)) }
	var sum float64
	for j := 0; j < 6; j += 2 {
		sum += normal(x[j], 1) + normal(x[j+1]-x[j]*x[j], 0.5)
	}
	a := normal(x[6]-2, 0.5) + normal(x[7]-2, 0.5)
	b := normal(x[6]+2, 0.5) + normal(x[7]+2, 0.5)
	hi := max(a, b)
	return sum + hi + math.Log(0.5*math.Exp(a-hi)+0.5*math.Exp(b-hi))
}
