// Gallery fits every preset to two moons, three rings, a pinwheel and a picture, whose densities are
// known, and draws all of them. It prints the NLL on new points, which no model can bring below that of the exact density, the CPU
// time of the training, and how exactly points come back from the latent space.
//
//	go run ./examples/gallery                     # all of it, some thirteen minutes on one core
//	go run ./examples/gallery -model NSF,CNF      # some presets
//	go run ./examples/gallery -data rings -quick  # seconds, not good models
//
// Continuous flows are trained by flow matching. With -readme a file is written that shows the picture and the table.
//
//ci:run -quick -data moons -out $out/gallery.png -readme $out/README.md
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"slices"
	"strings"

	"github.com/normflow/normflow/flow"
)

type options struct {
	models, data, out, readme string
	quick                     bool
	seed                      uint64
}

func main() {
	var o options
	flag.StringVar(&o.models, "model", "", "presets, with commas between them; empty for all")
	flag.StringVar(&o.data, "data", "", "moons, rings, pinwheel, picture, with commas between them; empty for all")
	flag.BoolVar(&o.quick, "quick", false, "few steps")
	flag.Uint64Var(&o.seed, "seed", 1, "seed of weights, training and samples")
	flag.StringVar(&o.out, "out", "gallery.png", "file for the picture; empty for none")
	flag.StringVar(&o.readme, "readme", "", "file for the table, beside the picture; empty for none")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "gallery:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	presets, err := chosen(o.models, flow.Presets(), func(p flow.Preset) string { return p.Name })
	if err != nil {
		return err
	}
	data, err := chosen(o.data, targets, func(t target) string { return t.name })
	if err != nil {
		return err
	}
	all := [][]fitted{nil}
	for _, t := range data {
		all[0] = append(all[0], exact(t, o))
	}
	print(all[0])
	for _, p := range presets {
		var row []fitted
		for _, t := range data {
			f, err := fit(ctx, p, t, o)
			if err != nil {
				return fmt.Errorf("%s of %s: %w", p.Name, t.name, err)
			}
			row = append(row, f)
		}
		print(row)
		all = append(all, row)
	}
	if o.out != "" {
		if err := draw(o.out, all); err != nil {
			return err
		}
		fmt.Println("picture in", o.out)
	}
	if o.readme != "" {
		return os.WriteFile(o.readme, []byte(readme(all, o)), 0o644)
	}
	return nil
}

// chosen returns those of all whose names are in a list, all if it is empty.
func chosen[T any](list string, all []T, name func(T) string) (some []T, err error) {
	if list == "" {
		return all, nil
	}
	for _, want := range strings.Split(list, ",") {
		i := slices.IndexFunc(all, func(t T) bool { return name(t) == want })
		if i < 0 {
			return nil, fmt.Errorf("got the name %q, want one of the list, such as %q", want, name(all[0]))
		}
		some = append(some, all[i])
	}
	return some, nil
}

// print writes what was measured of one preset.
func print(row []fitted) {
	for _, f := range row {
		fmt.Printf("%-10s %-9s NLL %.4f ± %.4f  %7.1f s  there and back %.1e\n", f.name, f.target.name, f.nll, f.se, f.seconds, f.back)
	}
}

// source returns a source for one purpose.
func (o options) source(purpose uint64) rand.Source { return rand.NewPCG(o.seed, purpose) }
