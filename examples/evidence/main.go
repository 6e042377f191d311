// Evidence finds the integral of densities that are known up to a factor, here exactly 1, by annealed particles and weighted
// draws of a flow that is fitted to them: Neal's funnel in ten columns, a banana, a mixture of two unlike normal
// distributions in ten columns and a ring of eight modes.
//
//	go run ./examples/evidence
//	go run ./examples/evidence -only ring
//
// For each it prints log Z, exactly 0, with its standard error and that in units of it, the effective share of the draws, the
// mass that they miss, and of the ring the share of each mode. A picture shows draws of the flow beside weighted
// ones. The last line of output is for machines.
//
//ci:run -particles 300 -draws 2000 -steps 150 -out $out/evidence.png
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/normflow/normflow/flow/mc"
	"github.com/normflow/normflow/flow/plot"
	gplot "gonum.org/v1/plot"
)

func main() {
	var s mc.SMCSettings
	only := flag.String("only", "", "only targets whose names have this in them")
	out := flag.String("out", "evidence.png", "file for the picture; empty for none")
	flag.IntVar(&s.Particles, "particles", 2000, "annealed particles")
	flag.IntVar(&s.Adapt.Draws, "draws", 10000, "weighted draws")
	flag.IntVar(&s.Adapt.Steps, "steps", 1500, "training steps of the flow in each round")
	flag.Uint64Var(&s.Seed, "seed", 1, "seed of everything random")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, s, *only, *out); err != nil {
		fmt.Fprintln(os.Stderr, "evidence:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, s mc.SMCSettings, only, out string) error {
	fmt.Println("target   log Z              of s.e.  effective    k̂  missed    seconds")
	line := "evidence"
	var figure []*gplot.Plot
	for _, t := range targets {
		if !strings.Contains(t.name, only) {
			continue
		}
		start := time.Now()
		p, err := mc.SMC(ctx, t.log, t.d, &s)
		if err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		d := p.Draws
		share := d.ESS / float64(d.N)
		fmt.Printf("%-8s %7.4f ± %.4f  %8.1f  %7.1f %%  %5.2f  %4.1f %%  %7.1f\n", t.name, d.LogZ.Value, d.LogZ.SE,
			d.LogZ.Value/d.LogZ.SE, 100*share, d.K, 100*d.Missed.Value, time.Since(start).Seconds())
		for _, w := range append(d.Warnings, p.Warnings...) {
			fmt.Println("warning:", w)
		}
		line += fmt.Sprintf(" %s=%.4f error=%.4f ess=%.3f", t.name, d.LogZ.Value, d.LogZ.SE, share)
		x := d.Resample(4000, rand.NewPCG(s.Seed, 1))
		if t.name == "ring" {
			fmt.Printf("%.3f is the share of each mode, exactly %.3f\n", shares(x), 1.0/modes)
		}
		figure = append(figure, draw(t, p, x))
	}
	if out != "" && len(figure) > 0 {
		if err := plot.Save(out, 420, 420, [][]*gplot.Plot{figure}); err != nil {
			return err
		}
	}
	fmt.Println(line)
	return nil
}
