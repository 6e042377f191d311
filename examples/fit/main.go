// Fit learns the density of a table of numbers, and scores tables with it.
//
//	go run ./examples/fit -train rows.csv -model rows.flow
//	go run ./examples/fit -model rows.flow -score new.csv -out scores.txt
//	go run ./examples/fit -train rows.csv -report about    # a page and pictures about the model
//
// A table is a CSV file, with or without a line of names, or a two-dimensional
// NumPy file (.npy). With -stream a CSV file larger than memory is read again in
// every pass and never held as a whole; scoring always works so. With -checkpoint a
// training that was stopped, by Ctrl-C or by force, goes on where it was when the
// same command is given again.
//
// Scores are log-densities in nats, one a line: the lowest are the strangest rows. The last
// line of output is for machines. To have a table to try:
//
//	go run ./examples/fit -make rows.csv
//
//ci:run -make $out/rows.csv
//ci:run -make $out/rows.npy
//ci:run -quick -train $out/rows.npy -preset maf -model $out/rows.flow -report $out/report
//ci:run -quick -train $out/rows.csv
//ci:run -quick -train $out/rows.csv -preset nsf -stream -checkpoint $out/rows.checkpoint -model $out/rows.flow
//ci:run -model $out/rows.flow -score $out/rows.npy -out $out/scores.txt
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	var o options
	flag.StringVar(&o.train, "train", "", "table to learn")
	flag.StringVar(&o.score, "score", "", "table to score")
	flag.StringVar(&o.model, "model", "", "model file: written after training, else read")
	flag.StringVar(&o.out, "out", "scores.txt", "file for the scores")
	flag.StringVar(&o.make, "make", "", "write a table to try this on to that .csv or .npy file, and end")
	flag.StringVar(&o.preset, "preset", "learn", "learn tries several kinds of model; nice, realnvp, maf, iaf, nsf, nsfar")
	flag.StringVar(&o.report, "report", "", "folder for a page and pictures about what was learned")
	flag.StringVar(&o.checkpoint, "checkpoint", "", "file that keeps the state of the training")
	flag.BoolVar(&o.stream, "stream", false, "read the CSV table in every pass instead of keeping it")
	flag.IntVar(&o.steps, "steps", 0, "training steps of a preset; 0 is its default")
	flag.IntVar(&o.batch, "batch", 0, "rows in a step of a preset; 0 is its default")
	flag.BoolVar(&o.quick, "quick", false, "a short run")
	flag.Uint64Var(&o.seed, "seed", 1, "seed of weights and training")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := run(ctx, o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "fit:", err)
		os.Exit(1)
	}
}

type options struct {
	train, score, model, out, make, preset, checkpoint, report string
	stream, quick                                              bool
	steps, batch                                               int
	seed                                                       uint64
}

func run(ctx context.Context, o options) error {
	if o.make != "" {
		return makeTable(o.make, o.seed)
	}
	if o.train == "" && (o.model == "" || o.score == "") {
		return errors.New("got nothing to do, want -train, or -model and -score (see -help)")
	}
	line := "fit"
	m, report, err := obtain(ctx, o)
	if err != nil {
		return err
	}
	line += report
	if o.score != "" {
		rows, mean, err := score(m, o.score, o.out)
		if err != nil {
			return err
		}
		fmt.Printf("%d scores in %s, %.4f nats in the mean\n", rows, o.out, mean)
		line += fmt.Sprintf(" scored=%d mean=%.4f", rows, mean)
	}
	fmt.Println(line)
	return nil
}
