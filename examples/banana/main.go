// Banana fits a flow to the banana density
//
//	p(x₁, x₂) = N(x₁ | x₂²/4, 1) · N(x₂ | 0, 4)
//
// (4 being the standard deviation) from samples, by maximum likelihood, and
// compares the two densities: its last line of output is for machines.
//
//	go run ./examples/banana               # RealNVP: the conditional is affine in x₁
//	go run ./examples/banana -model nsf    # neural spline flow
//	go run ./examples/banana -model maf    # autoregressive, x₂ first
//	go run ./examples/banana -model mlp    # affine layers and leaky ReLUs
//
// Pictures are written to the folder that -out names.
//
//ci:run -steps 20 -points 1000 -out $out
//ci:run -steps 20 -points 1000 -out $out -model nsf
//ci:run -steps 20 -points 1000 -out $out -model maf
//ci:run -steps 20 -points 1000 -out $out -model mlp
package main

import (
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/signal"
	"time"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/progress"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

func main() {
	name := flag.String("model", "realnvp", "realnvp, nsf, maf or mlp")
	steps := flag.Int("steps", 0, "training steps; 0 is the model's own number")
	batch := flag.Int("batch", 512, "fresh samples in a step")
	seed := flag.Uint64("seed", 1, "seed of weights, training and evaluation")
	out := flag.String("out", "banana", "folder for the pictures; empty for none")
	points := flag.Int("points", 100000, "fresh points to judge by")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *name, *steps, *batch, *points, *seed, *out); err != nil {
		fmt.Fprintln(os.Stderr, "banana:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, name string, steps, batch, points int, seed uint64, out string) error {
	r, ok := recipes[name]
	if !ok {
		return fmt.Errorf("got model %q, want realnvp, nsf, maf or mlp", name)
	}
	if steps == 0 {
		steps = r.steps
	}
	if points < 2 {
		return fmt.Errorf("got %d points to judge by, want at least 2", points)
	}
	src := rand.NewPCG(seed, 0)
	start := time.Now()
	model, err := r.start(ctx, steps/10, batch, src)
	if err != nil {
		return err
	}
	bar := progress.New(os.Stderr)
	result, err := flow.Fit(ctx, model, flow.Fresh(2, banana{}.Draw), &flow.Settings{
		Steps: steps, Batch: batch, Schedule: r.schedule, Seed: src.Uint64(), Report: bar.Report,
	})
	seconds := time.Since(start).Seconds()
	bar.Close()
	if err != nil {
		return err
	}

	held := mat.NewDense(points, 2, nil)
	banana{}.Draw(held, src)
	nll, gap := judge(model, held)
	all := result.Steps + r.starts*(steps/10)
	fmt.Printf("trained %s for %d steps of %d samples in %.1f s: %.0f steps/s, %d skipped\n",
		name, all, batch, seconds, float64(all)/seconds, result.Skipped)
	fmt.Printf("on %d fresh points: NLL %.4f ± %.4f nats, entropy %.4f, gap %.4f ± %.4f\n",
		points, nll.mean, nll.se, entropy, gap.mean, gap.se)
	if out != "" {
		if err := draw(out, model, held, result, src); err != nil {
			return err
		}
		fmt.Printf("pictures in %s\n", out)
	}
	fmt.Printf("banana model=%s nll=%.4f entropy=%.4f gap=%.4f se=%.4f steps=%d seconds=%.1f\n",
		name, nll.mean, entropy, gap.mean, gap.se, all, seconds)
	return nil
}

// An estimate is a mean over independent points, with its standard error.
type estimate struct{ mean, se float64 }

func estimateOf(x []float64) estimate {
	mean, sd := stat.MeanStdDev(x, nil)
	return estimate{mean, sd / math.Sqrt(float64(len(x)))}
}

// judge returns the model's NLL on points of the banana, and the mean of
// log p − log q, the divergence of the model from the banana, with far less noise.
func judge(m *flow.Transformed, x *mat.Dense) (nll, gap estimate) {
	a := m.LogProbs(nil, x)
	b := make([]float64, len(a))
	for i := range a {
		b[i] = banana{}.LogProb(x.RawRowView(i)) - a[i]
		a[i] = -a[i]
	}
	return estimateOf(a), estimateOf(b)
}
