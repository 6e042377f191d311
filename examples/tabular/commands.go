package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"

	"github.com/normflow/normflow/flow/progress"
	"github.com/normflow/normflow/flow/table"
)

// open opens a file, or standard input.
func open(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(os.Stdin), nil
	}
	return os.Open(name)
}

func readAll(name string) (*table.Table, error) {
	f, err := open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t, err := table.ReadCSV(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return t, nil
}

func load(name string) (*table.Model, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m, err := table.Load(f)
	if err != nil {
		return nil, fmt.Errorf("-model %s: this is no file that learn has written whole: %w", name, err)
	}
	return m, nil
}

func learn(ctx context.Context, o *options, _ *bufio.Writer) error {
	if _, err := os.Stat(filepath.Dir(o.model)); err != nil { // before the training
		return fmt.Errorf("-model %s: %w", o.model, err)
	}
	f, err := open(o.file)
	if err != nil {
		return err
	}
	defer f.Close()
	t, total, err := table.ReadSome(f, o.rows, rand.NewPCG(o.seed, 1))
	if err != nil {
		return fmt.Errorf("%s: %w", o.file, err)
	}
	remark(t.Names)
	if total > len(t.Rows) {
		fmt.Fprintf(os.Stderr, "%d of %d rows, at random\n", len(t.Rows), total)
	}
	bar := progress.New(os.Stderr)
	s := &table.Settings{Seed: o.seed, Report: bar.Report}
	if o.quick {
		s.Steps = 60
	}
	m, r, err := table.Learn(ctx, t, s)
	bar.Close()
	if err != nil {
		return fmt.Errorf("%s: %w", o.file, err)
	}
	fmt.Fprint(os.Stderr, r)
	if o.report != "" {
		if err := writeReport(o.report, m, r, t); err != nil {
			return err
		}
	}
	return write(o.model, func(w *bufio.Writer) error { return m.Save(w) })
}

func schema(_ context.Context, o *options, w *bufio.Writer) error {
	t, err := readAll(o.file)
	if err != nil {
		return err
	}
	remark(t.Names)
	s, err := table.Infer(t)
	if err != nil {
		return fmt.Errorf("%s: %w", o.file, err)
	}
	_, err = w.WriteString(s.String())
	return err
}

// remark tells of names that look like values.
func remark(names []string) {
	for _, n := range names {
		if _, err := strconv.ParseFloat(n, 64); err == nil {
			fmt.Fprintf(os.Stderr, "the first line is taken for the names of the columns, and has the number %s: if it is a row like others, put a line of names above it\n", n)
			return
		}
	}
}

// batches calls f with the rows of a CSV file, some at a time, the texts in it and the names of the columns.
func batches(name string, f func(t *table.Table) error) error {
	in, err := open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	r, err := table.NewReader(in)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	t := &table.Table{Names: r.Names, Delimiter: r.Delimiter}
	for done := false; !done; {
		t.Rows = t.Rows[:0]
		for len(t.Rows) < 4096 {
			row, err := r.Next()
			if errors.Is(err, io.EOF) {
				done = true
				break
			}
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			t.Rows = append(t.Rows, row)
		}
		if err := f(t); err != nil {
			return err
		}
	}
	return nil
}

// output writes rows under names, the names once.
type output struct {
	csv *csv.Writer
	any bool
}

func newOutput(w io.Writer) *output { return &output{csv: csv.NewWriter(w)} }

func (o *output) write(names []string, delimiter rune, rows [][]string) error {
	if !o.any {
		o.any = true
		if delimiter != 0 {
			o.csv.Comma = delimiter
		}
		if err := o.csv.Write(names); err != nil {
			return err
		}
	}
	return o.csv.WriteAll(rows)
}

func impute(_ context.Context, o *options, w *bufio.Writer) error {
	m, err := load(o.model)
	if err != nil {
		return err
	}
	out := newOutput(w)
	if o.draws == 0 {
		return batches(o.file, func(t *table.Table) error {
			filled, err := m.Impute(t)
			if err != nil {
				return fmt.Errorf("%s: %w", o.file, err)
			}
			return out.write(t.Names, t.Delimiter, filled.Rows)
		})
	}
	if o.draws < 0 {
		return fmt.Errorf("impute: got -draws %d, want at least 0", o.draws)
	}
	t, err := readAll(o.file)
	if err != nil {
		return err
	}
	d, err := m.ImputeDraws(t, o.draws, rand.NewPCG(o.seed, 2))
	if err != nil {
		return fmt.Errorf("%s: %w", o.file, err)
	}
	for k := range d.Len() {
		c := d.Table(k)
		for i, row := range c.Rows {
			c.Rows[i] = append([]string{strconv.Itoa(k + 1)}, row...)
		}
		if err := out.write(append([]string{"draw"}, c.Names...), t.Delimiter, c.Rows); err != nil {
			return err
		}
	}
	return nil
}

// nats formats a log-density: −Inf is text that strconv reads.
func nats(v float64) string { return strconv.FormatFloat(v, 'g', 8, 64) }

func score(_ context.Context, o *options, w *bufio.Writer) error {
	m, err := load(o.model)
	if err != nil {
		return err
	}
	out := newOutput(w)
	return batches(o.file, func(t *table.Table) error {
		scores, err := m.Score(t)
		if err != nil {
			return fmt.Errorf("%s: %w", o.file, err)
		}
		rows := make([][]string, len(scores))
		for i, s := range scores {
			rows[i] = append(t.Rows[i], nats(s.LogProb), strconv.FormatFloat(s.P, 'g', 6, 64), s.Status)
		}
		return out.write(append(append([]string{}, t.Names...), "logp", "p", "status"), t.Delimiter, rows)
	})
}

func explain(_ context.Context, o *options, w *bufio.Writer) error {
	m, err := load(o.model)
	if err != nil {
		return err
	}
	out := newOutput(w)
	names := m.Schema().Names()
	return batches(o.file, func(t *table.Table) error {
		all, err := m.Explain(t)
		if err != nil {
			return fmt.Errorf("%s: %w", o.file, err)
		}
		rows := make([][]string, len(all))
		for i, e := range all {
			top := 0
			for col, c := range e.Contributions {
				rows[i] = append(rows[i], nats(c))
				if c > e.Contributions[top] || math.IsNaN(e.Contributions[top]) {
					top = col
				}
			}
			rows[i] = append(rows[i], names[top], e.Expected[top])
		}
		return out.write(append(append([]string{}, names...), "oddest", "expected"), t.Delimiter, rows)
	})
}

func sample(_ context.Context, o *options, w *bufio.Writer) error {
	m, err := load(o.model)
	if err != nil {
		return err
	}
	if o.n < 0 {
		return fmt.Errorf("sample: got -n %d, want at least 0", o.n)
	}
	out := newOutput(w)
	src := rand.NewPCG(o.seed, 3)
	for left := o.n; ; left -= 4096 {
		t := m.Sample(min(max(left, 0), 4096), o.complete, src)
		if err := out.write(t.Names, t.Delimiter, t.Rows); err != nil || left <= 4096 {
			return err
		}
	}
}
