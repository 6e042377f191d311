// Synthesis learns a table of numbers and categories, draws as many synthetic rows, and reports how much they are like real
// rows that were held out, and whether they are too close to those that were learned from.
//
//	go run ./examples/synthesis                       # 4000 diamonds of testdata
//	go run ./examples/synthesis -data FILE.csv        # a table of one's own
//
// It writes the rows, synthetic.csv, and pictures: of them beside the real ones, synthesis.png and synthesis.html, and in the latter how far
// probabilities of categories can be trusted. With -json the
// report is one line of JSON on standard output.
//
//ci:run -rows 400 -steps 60 -out $out
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"strings"

	"github.com/normflow/normflow/flow/calibration"
	"github.com/normflow/normflow/flow/plot"
	"github.com/normflow/normflow/flow/progress"
	"github.com/normflow/normflow/flow/table"
	"gonum.org/v1/gonum/mat"
)

type options struct {
	data, out   string
	rows, steps int
	seed        uint64
	json        bool
}

func main() {
	var o options
	flag.StringVar(&o.data, "data", "", "CSV file; empty is testdata/diamonds.csv.gz")
	flag.StringVar(&o.out, "out", ".", "folder for synthetic.csv and the pictures")
	flag.IntVar(&o.rows, "rows", 20000, "use so many rows of the file at most")
	flag.IntVar(&o.steps, "steps", 0, "steps of the training; 0 is the default of table.Learn")
	flag.Uint64Var(&o.seed, "seed", 1, "seed of everything random")
	flag.BoolVar(&o.json, "json", false, "print a line of JSON")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "synthesis:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	t, err := read(o)
	if err != nil {
		return err
	}
	real, held := *t, *t
	k := len(t.Rows) / 5
	held.Rows, real.Rows = t.Rows[:k], t.Rows[k:]
	bar := progress.New(os.Stderr)
	m, report, err := table.Learn(ctx, &real, &table.Settings{Seed: o.seed, Steps: o.steps, Report: bar.Report})
	bar.Close()
	if err != nil {
		return err
	}
	fmt.Fprint(os.Stderr, report)
	synthetic := m.Sample(len(real.Rows), false, rand.NewPCG(o.seed, 1))
	f, err := table.Compare(ctx, m.Schema(), &real, &held, synthetic, o.seed)
	if err != nil {
		return err
	}
	rel, err := reliability(m, &held)
	if err != nil {
		return err
	}
	if err := save(o, m, &real, synthetic, f, rel); err != nil {
		return err
	}
	if !o.json {
		fmt.Print(f)
		if rel != nil {
			fmt.Println(rel)
		}
		return nil
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"table": filepath.Base(o.data), "rows": len(real.Rows), "nll": report.NLL, "auroc": f.AUROC, "se": f.SE, "target": f.Target,
		"on_real": f.OnReal, "on_synthetic": f.OnSynthetic, "closest": f.Closest, "closest_held": f.ClosestHeld, "copies": f.Copies, "copies_held": f.CopiesHeld})
}

// read reads the table, its rows in random order.
func read(o options) (*table.Table, error) {
	name := o.data
	if name == "" {
		for _, name = range []string{"testdata/diamonds.csv.gz", "../../testdata/diamonds.csv.gz"} {
			if _, err := os.Stat(name); err == nil {
				break
			}
		}
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	src := rand.NewPCG(o.seed, 2)
	t, _, err := table.ReadSome(f, o.rows, src)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	rand.New(src).Shuffle(len(t.Rows), func(i, j int) { t.Rows[i], t.Rows[j] = t.Rows[j], t.Rows[i] })
	return t, nil
}

// save writes the rows, the picture and the page.
func save(o options, m *table.Model, real, synthetic *table.Table, f *table.Fidelity, rel *calibration.ReliabilityCurve) error {
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return err
	}
	if err := create(filepath.Join(o.out, "synthetic.csv"), synthetic.WriteCSV); err != nil {
		return err
	}
	names := m.Schema().Names()
	d := min(len(names), 6)
	a, err := numbers(m, real, d)
	if err != nil {
		return err
	}
	b, err := numbers(m, m.Sample(3000, true, rand.NewPCG(o.seed, 3)), d)
	if err != nil {
		return err
	}
	corner := plot.Corner(a, b, names[:d])
	if err := plot.Save(filepath.Join(o.out, "synthesis.png"), 960/d, 960/d, corner); err != nil {
		return err
	}
	var text strings.Builder
	fmt.Fprint(&text, f)
	page := &plot.Page{Title: "Synthetic rows", Sections: []plot.Section{
		{Heading: "Columns", Text: m.Schema().String()},
		{Heading: "How much synthetic rows are like real ones", Text: text.String()},
		{Heading: "Real rows beside synthetic ones", Text: "Categories by number and spread out, blanks filled.", Figure: corner, Width: 960 / d, Height: 960 / d},
	}}
	if rel != nil {
		page.Sections = append(page.Sections, plot.Section{Heading: "Probabilities of categories and levels, in held-out rows", Text: rel.String(),
			Figure: plot.One(plot.Reliability(rel, "given the other columns")), Width: 480, Height: 480})
	}
	return create(filepath.Join(o.out, "synthesis.html"), page.WriteHTML)
}

// numbers returns the first columns of a table as a picture needs them: blanks filled, and numbers that many rows share, and categories, a
// little apart.
func numbers(m *table.Model, t *table.Table, d int) (mat.Matrix, error) {
	some := *t
	some.Rows = some.Rows[:min(len(some.Rows), 3000)]
	filled, err := m.Impute(&some)
	if err != nil {
		return nil, err
	}
	x, err := m.Schema().Encode(filled)
	if err != nil {
		return nil, err
	}
	r := rand.New(rand.NewPCG(1, 1))
	for j := range d {
		spread := 0.6
		if c := m.Schema().Columns[j]; c.Levels == nil {
			spread = (c.Most - c.Least) / 50
		}
		for i := range some.Rows {
			x.Set(i, j, x.At(i, j)+spread*(r.Float64()-0.5))
		}
	}
	return x.Slice(0, len(some.Rows), 0, d), nil
}

// create writes a file.
func create(name string, f func(w io.Writer) error) (err error) {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	w := bufio.NewWriter(file)
	if err := f(w); err != nil {
		return err
	}
	return w.Flush()
}
