// Variational finds posteriors that are written as plain Go functions with a gradient, by two methods: a flow fitted
// towards the posterior, whose draws are weighted, and annealed particles that need no gradient.
//
//	go run ./examples/variational                # a regression whose posterior and evidence are known exactly
//	go run ./examples/variational -data DIR      # posteriors of posteriordb against its reference draws
//
// The folder has NAME.data.json and NAME.draws.csv.gz for each of the posteriors of posteriors.go. For each method
// there is a line: greatest error of a mean in reference deviations, and of a deviation, the accuracy of
// a classifier that tells draws from reference draws, effective size, evidence, mass missed, seconds. A picture shows
// draws and reference draws. The last line of output is for machines.
//
//ci:run -steps 600 -draws 4000 -out $out/variational.png
package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/signal"
	"slices"
	"strings"

	"github.com/normflow/normflow/flow/plot"
	"gonum.org/v1/gonum/mat"
)

type options struct {
	data, only, out    string
	steps, draws, c2st int
	seed               uint64
}

func main() {
	var o options
	flag.StringVar(&o.data, "data", "", "folder with data and reference draws")
	flag.StringVar(&o.only, "only", "", "only posteriors whose names have this in them")
	flag.StringVar(&o.out, "out", "variational.png", "file for the picture of the last posterior; empty for none")
	flag.IntVar(&o.steps, "steps", 1000, "training steps")
	flag.IntVar(&o.draws, "draws", 40000, "weighted draws")
	flag.IntVar(&o.c2st, "c2st", 2000, "rows that the classifier tells apart; 0 for none")
	flag.Uint64Var(&o.seed, "seed", 1, "seed of weights, training and draws")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "variational:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	if o.data == "" {
		p, exact, logZ := conjugate(10000, rand.NewPCG(o.seed, 4))
		fmt.Printf("exact log Z %.4f\n", logZ)
		return compare(ctx, "conjugate", p, exact, o)
	}
	for _, name := range slices.Sorted(maps.Keys(makers)) {
		if !strings.Contains(name, o.only) {
			continue
		}
		p, reference, err := readPosterior(o.data, name)
		if err == nil {
			err = compare(ctx, name, p, reference, o)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// compare runs both methods on a posterior.
func compare(ctx context.Context, name string, p *posterior, reference *mat.Dense, o options) error {
	if err := p.log.Check(p.typical); err != nil {
		return err
	}
	line := name
	var last *mat.Dense
	for _, m := range methods {
		v, err := judge(ctx, p, reference, m, o)
		if err != nil {
			return err
		}
		fmt.Printf("%-12.12s %-12s %v\n", name, m.name, v)
		line += fmt.Sprintf(" %s-mean=%.3f %s-deviation=%.3f %s-ess=%.3f", m.name, v.mean, m.name, v.deviation, m.name, v.draws.ESS/float64(v.draws.N))
		last = v.rows
	}
	if o.out != "" {
		first := func(x *mat.Dense) mat.Matrix { return x.Slice(0, 2000, 0, len(p.columns)) }
		if err := plot.Save(o.out, 200, 200, plot.Corner(first(reference), first(last), p.columns)); err != nil {
			return err
		}
	}
	fmt.Println(line)
	return nil
}
