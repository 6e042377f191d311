// Tabular learns a CSV file as it is, names, categories, dates and blanks included, and uses what it
// has learned.
//
//	go run ./examples/tabular learn -model rows.flow rows.csv        # what was seen and learned on standard error
//	go run ./examples/tabular impute -model rows.flow rows.csv       # the same rows, blanks filled
//	go run ./examples/tabular impute -model rows.flow -draws 20 rows.csv
//	go run ./examples/tabular score -model rows.flow new.csv         # with logp, p and status
//	go run ./examples/tabular explain -model rows.flow new.csv       # which columns make a row odd
//	go run ./examples/tabular sample -model rows.flow -n 1000 -seed 7
//	go run ./examples/tabular schema rows.csv                        # what the columns are taken as, and why
//
// Tables are CSV with a header, also compressed by gzip; the name - is standard input. Output is CSV on
// standard output. Columns go by their names: their order may differ, and a missing one is an error.
//
// impute fills numbers with their mean, given what the row has, and levels and categories with the most probable
// one; all other texts stay as they are. With -draws it writes so many completed copies, one after the other, with a column draw
// before the others. score adds the log-density in nats, the share of held-out rows that are as odd (p), and what is the matter with a row,
// "ok" if nothing is. explain writes for each row how many nats less likely each value is, given the others, than such
// values are in the mean, the column with most, and what was expected there. With -report learn writes
// a page with pictures into a folder.
//
// To have a table to try:
//
//	go run ./examples/tabular make > rows.csv
//
//ci:run make -n 400 -out $out/rows.csv
//ci:run schema $out/rows.csv
//ci:run learn -quick -model $out/rows.flow -report $out/report $out/rows.csv
//ci:run impute -model $out/rows.flow $out/rows.csv
//ci:run impute -model $out/rows.flow -draws 3 -out $out/draws.csv $out/rows.csv
//ci:run score -model $out/rows.flow $out/rows.csv
//ci:run explain -model $out/rows.flow $out/rows.csv
//ci:run sample -model $out/rows.flow -n 20
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
)

// options are those of all commands.
type options struct {
	model, out, report string
	draws, n, rows     int
	seed               uint64
	complete, quick    bool
	file               string
}

// A command is what the first argument names.
type command struct {
	name  string
	flags string // that it has, beside -out
	file  bool   // that it reads
	run   func(ctx context.Context, o *options, w *bufio.Writer) error
}

var commands = []command{
	{"learn", "model rows seed quick report", true, learn},
	{"impute", "model draws seed", true, impute},
	{"score", "model", true, score},
	{"explain", "model", true, explain},
	{"sample", "model n seed complete", false, sample},
	{"schema", "", true, schema},
	{"make", "n seed", false, makeTable},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "tabular:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	names := make([]string, len(commands))
	for i, c := range commands {
		names[i] = c.name
	}
	if len(args) == 0 || !slices.Contains(names, args[0]) {
		return fmt.Errorf("want one of %s as the first argument, see go doc ./examples/tabular", strings.Join(names, ", "))
	}
	c := commands[slices.Index(names, args[0])]
	o := new(options)
	fs := o.flags(c)
	if err := fs.Parse(args[1:]); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		return err
	}
	want := 0
	if c.file {
		want = 1
	}
	if fs.NArg() != want {
		what := "none"
		if c.file {
			what = "the name of a CSV file, or - for standard input"
		}
		return fmt.Errorf("%s: got the arguments %q after the flags, want %s", c.name, fs.Args(), what)
	}
	o.file = fs.Arg(0)
	if strings.Contains(c.flags, "model") && o.model == "" {
		return fmt.Errorf("%s: want -model FILE", c.name)
	}
	return write(o.out, func(w *bufio.Writer) error { return c.run(ctx, o, w) })
}

// flags returns the flags of a command.
func (o *options) flags(c command) *flag.FlagSet {
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	fs.StringVar(&o.out, "out", "", "file for the output; empty is standard output")
	for _, f := range strings.Fields(c.flags) {
		switch f {
		case "model":
			fs.StringVar(&o.model, f, "", "model file")
		case "rows":
			fs.IntVar(&o.rows, f, 200000, "learn from so many rows of the file at most, a random part if it has more")
		case "seed":
			fs.Uint64Var(&o.seed, f, 1, "seed of everything random")
		case "quick":
			fs.BoolVar(&o.quick, f, false, "a short training")
		case "report":
			fs.StringVar(&o.report, f, "", "folder for a page and pictures about what was learned")
		case "draws":
			fs.IntVar(&o.draws, f, 0, "write so many completed copies of the table; 0 is one with the best values")
		case "n":
			fs.IntVar(&o.n, f, 1000, "rows")
		case "complete":
			fs.BoolVar(&o.complete, f, false, "sample rows without blanks")
		}
	}
	return fs
}

// write calls f with a writer to a file, or to standard output.
func write(name string, f func(w *bufio.Writer) error) (err error) {
	out := os.Stdout
	if name != "" {
		if out, err = os.Create(name); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, out.Close()) }()
	}
	w := bufio.NewWriterSize(out, 1<<16)
	if err := f(w); err != nil {
		return err
	}
	return w.Flush()
}
