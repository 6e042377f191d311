// Anomaly finds odd rows, by package flow/anomaly with its default settings, and says how well: the area under the
// ROC curve, average precision, and the share of normal rows that raise an alarm at p ≤ 0.01.
//
//	go run ./examples/anomaly                                # digits: the zeros are odd
//	go run ./examples/anomaly -data DIR -sets wine,wilt      # sets of a folder
//	go run ./examples/anomaly -data DIR -protocol mixed -json
//
// In the protocol oneclass half of the normal rows is learned from, and the other half is judged with all odd ones; in
// mixed the whole table is, and its own rows are judged, labels unseen: then the alarm is the hundredth of the rows with the
// highest scores. Labels only judge.
//
// A folder has meta.json, with n rows of d columns for each set, and NAME.gz: n·d numbers as float32, little-endian, row by
// row, and n bytes that are 1 for odd rows.
//
// With -json each set and seed is one line of JSON on standard output. Without, a normal distribution, a mixture of such, and
// the distance to the fifth neighbour stand beside it, and a picture has ROC curves and scores. The exit status is 1 if a set failed.
//
//ci:run -quick -out $out/anomaly.png
//ci:run -quick -json -protocol mixed
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"github.com/normflow/normflow/flow/anomaly"
)

func main() {
	var o options
	flag.StringVar(&o.data, "data", "", "folder of sets; empty is digits of testdata")
	flag.StringVar(&o.protocol, "protocol", "oneclass", "oneclass or mixed")
	flag.StringVar(&o.sets, "sets", "", "sets, with commas between them; empty is all")
	flag.IntVar(&o.seeds, "seeds", 1, "number of seeds of splits and detectors, from 0 on")
	flag.BoolVar(&o.json, "json", false, "print lines of JSON")
	flag.BoolVar(&o.quick, "quick", false, "little work, not the best detectors")
	flag.StringVar(&o.out, "out", "anomaly.png", "file for the picture; empty for none")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "anomaly:", err)
		os.Exit(1)
	}
}

type options struct {
	data, protocol, sets, out string
	seeds                     int
	json, quick               bool
}

var errFailed = errors.New("not all sets could be judged")

func (o options) settings(seed int) *anomaly.Settings {
	s := &anomaly.Settings{Seed: uint64(seed)}
	if o.quick {
		s.Budget = 5e10
	}
	return s
}

func run(ctx context.Context, o options) error {
	if o.protocol != "oneclass" && o.protocol != "mixed" {
		return fmt.Errorf("got protocol %q, want oneclass or mixed", o.protocol)
	}
	sets, err := open(o)
	if err != nil {
		return err
	}
	failed := false
	var first *judged
	out := &printer{json: o.json}
	for _, s := range sets {
		for seed := range o.seeds {
			l, j := measure(ctx, o, s, seed)
			failed = failed || l.Error != ""
			out.print(l, j)
			if first == nil {
				first = j
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
	}
	if !o.json && o.out != "" && first != nil {
		if err := draw(o.out, first); err != nil {
			return err
		}
		fmt.Printf("picture in %s\n", o.out)
	}
	if failed {
		return errFailed
	}
	return nil
}
