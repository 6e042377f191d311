// Density learns the densities of data sets by several methods and prints the
// negative log-likelihood of test rows, in nats a row, with its standard error and the
// CPU seconds of learning.
//
//	go run ./examples/density                              # sets made here
//	go run ./examples/density -data DIR -sets a,b          # those of a folder
//	go run ./examples/density -data DIR -folds 10          # CSV tables, ten folds
//	go run ./examples/density -methods learn,NSF,gmm -json
//
// Methods are learn, the one call flow.Learn with its defaults; rows, robust and flow, which
// are its settings KeepRows, Robust and Single; the presets NSF, NSFAR, MAF and RealNVP by
// flow.Fit with its defaults; gaussian, the normal distribution of the training rows; and
// gmm, a mixture of such with components by validation.
//
// A folder has meta.json, with "d" columns, "n" and "m" rows of each set and perhaps a
// "context" of columns and a "map", and NAME.train and NAME.test, for conditional
// sets NAME.train.context and NAME.test.context too: float64, little-endian, row by
// row, gzipped if the name ends in .gz. A map is one text a column, of the distribution that the
// column has before data were seen: "normal m s", "lognormal m s" or "interval a b".
//
// With -json each set and method is one line of JSON on standard output. Without, it is a
// table, and a picture of the first two columns. The exit status is 1 if one failed.
//
//ci:run -quick -methods learn,flow,gaussian,gmm -out $out/density.png
//ci:run -quick -json -sets moons -methods learn,NSF
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
)

func main() {
	var o options
	flag.StringVar(&o.data, "data", "", "folder of data sets; empty is sets made here")
	flag.BoolVar(&o.json, "json", false, "print lines of JSON")
	flag.StringVar(&o.sets, "sets", "", "sets, with commas between them; empty is all")
	flag.StringVar(&o.methods, "methods", "learn,flow,gaussian,gmm", "methods, with commas between them")
	flag.IntVar(&o.folds, "folds", 0, "read CSV tables and cut each into so many folds")
	flag.Uint64Var(&o.seed, "seed", 1, "seed of everything random")
	flag.Int64Var(&o.budget, "budget", 0, "work of Learn, in multiply-adds; 0 is its default")
	flag.BoolVar(&o.quick, "quick", false, "few rows and little work")
	flag.BoolVar(&o.verbose, "v", false, "print the reports of Learn on standard error")
	flag.StringVar(&o.out, "out", "density.png", "file for the picture; empty for none")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "density:", err)
		os.Exit(1)
	}
}

type options struct {
	data, sets, methods, out string
	json, quick, verbose     bool
	folds                    int
	seed                     uint64
	budget                   int64
}

var errFailed = errors.New("not all sets could be learned by all methods")

func run(ctx context.Context, o options) error {
	names := strings.Split(o.methods, ",")
	for _, name := range names {
		if methods[name] == nil {
			return fmt.Errorf("got method %q, want some of %s", name, strings.Join(methodNames(), ","))
		}
	}
	sources, err := open(o)
	if err != nil {
		return err
	}
	var failed bool
	var pictures []drawn
	out := &printer{json: o.json}
	for _, s := range sources {
		for _, name := range names {
			line, picture := measure(ctx, o, s, name)
			failed = failed || line.Error != ""
			out.print(line)
			if picture.model != nil && !slices.ContainsFunc(pictures, func(p drawn) bool { return p.set == picture.set }) {
				pictures = append(pictures, picture)
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
	}
	if !o.json && o.out != "" && len(pictures) > 0 {
		if err := draw(o.out, pictures, o.seed); err != nil {
			return err
		}
		fmt.Printf("picture in %s\n", o.out)
	}
	if failed {
		return errFailed
	}
	return nil
}
