// Moons fits three flows to two moons, the points of scikit-learn's
// make_moons(noise=0.05): a neural spline flow, a masked autoregressive flow and
// RealNVP. It prints for each the NLL on test points, which no model can bring
// below that of the exact density, the time it took, and how exactly points come
// back from the latent space.
//
//	go run ./examples/moons                # all three
//	go run ./examples/moons -model nsf     # one
//	go run ./examples/moons -quick         # seconds, not good models
//
// One picture shows the densities and samples side by side. The last line of
// output is for machines.
//
//ci:run -quick -out $out/moons.png
package main

import (
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/progress"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

func main() {
	var o options
	flag.StringVar(&o.models, "model", "nsf,maf,realnvp", "models, with commas between them")
	flag.BoolVar(&o.quick, "quick", false, "few steps and points")
	flag.Uint64Var(&o.seed, "seed", 1, "seed of weights, training and samples")
	flag.StringVar(&o.out, "out", "moons.png", "file for the picture; empty for none")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "moons:", err)
		os.Exit(1)
	}
}

type options struct {
	models, out string
	quick       bool
	seed        uint64
}

// A fitted model with its figures.
type fitted struct {
	name    string
	model   *flow.Transformed
	nll, se float64
	seconds float64
	back    float64 // largest difference after encoding and decoding
}

func run(ctx context.Context, o options) error {
	names := strings.Split(o.models, ",")
	for _, name := range names {
		if _, ok := recipes[name]; !ok {
			return fmt.Errorf("got model %q, want nsf, maf or realnvp", name)
		}
	}
	n, held := 10000, 100000
	if o.quick {
		n, held = 1000, 2000
	}
	train, test := makeMoons(n, 1), makeMoons(held, 2)
	least := -stat.Mean(exact(nil, test), nil)
	fmt.Printf("%d test points: NLL of the exact density %.4f nats\n", held, least)
	fmt.Println("model    NLL                seconds  largest error there and back")
	var all []fitted
	line := fmt.Sprintf("moons exact=%.4f", least)
	for _, name := range names {
		f, err := fit(ctx, name, o, train, test)
		if err != nil {
			return err
		}
		fmt.Printf("%-8s %.4f ± %.4f  %7.1f  %.1e\n", name, f.nll, f.se, f.seconds, f.back)
		line += fmt.Sprintf(" %s=%.4f seconds=%.1f error=%.1e", name, f.nll, f.seconds, f.back)
		all = append(all, f)
	}
	if o.out != "" {
		if err := draw(o.out, all, train, rand.NewPCG(o.seed, 0)); err != nil {
			return err
		}
		fmt.Printf("picture in %s\n", o.out)
	}
	fmt.Println(line)
	return nil
}

// fit trains one model and judges it.
func fit(ctx context.Context, name string, o options, train, test *mat.Dense) (f fitted, err error) {
	r, src := recipes[name], rand.NewPCG(o.seed, 0)
	f = fitted{name: name, model: r.preset(r.arch, src)}
	if o.quick {
		r.steps, r.average = 200, 0
	}
	bar := progress.New(os.Stderr)
	start := time.Now()
	_, err = flow.Fit(ctx, f.model, flow.Fresh(2, jittered(train, r.jitter)), &flow.Settings{
		Steps: r.steps, Batch: r.batch, Schedule: r.schedule, Average: r.average, Seed: src.Uint64(), Report: bar.Report,
	})
	f.seconds = time.Since(start).Seconds()
	bar.Close()
	if err != nil {
		return f, err
	}
	losses := f.model.LogProbs(nil, test)
	for i, lp := range losses {
		losses[i] = -lp
	}
	mean, sd := stat.MeanStdDev(losses, nil)
	f.nll, f.se = mean, stat.StdErr(sd, float64(len(losses)))
	back := f.model.Decode(nil, f.model.Encode(nil, test))
	back.Sub(back, test)
	f.back = math.Max(mat.Max(back), -mat.Min(back))
	return f, nil
}

// jittered returns a function that fills a batch with rows of x, in a new random
// order whenever all have been used, and adds normal noise to every number, which
// keeps a model from learning single points by heart.
func jittered(x *mat.Dense, sd float64) func(batch *mat.Dense, src rand.Source) {
	n, _ := x.Dims()
	var order []int
	return func(batch *mat.Dense, src rand.Source) {
		r := rand.New(src)
		rows, _ := batch.Dims()
		for i := range rows {
			if len(order) == 0 {
				order = r.Perm(n)
			}
			row := batch.RawRowView(i)
			copy(row, x.RawRowView(order[0]))
			order = order[1:]
			for j := range row {
				row[j] += sd * r.NormFloat64()
			}
		}
	}
}
