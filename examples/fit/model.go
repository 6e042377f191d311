package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/progress"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

var presets = map[string]func(flow.Arch, rand.Source) *flow.Transformed{
	"nice": flow.NICE, "realnvp": flow.RealNVP, "maf": flow.MAF, "iaf": flow.IAF, "nsf": flow.NSF, "nsfar": flow.NSFAR,
}

// obtain trains a model and saves it, or loads one, and returns what it did for
// the last line.
func obtain(ctx context.Context, o options) (m *flow.Transformed, report string, err error) {
	if o.train == "" {
		m, err = load(o.model)
		return m, "", err
	}
	if m, report, err = train(ctx, o); err != nil || o.model == "" {
		return m, report, err
	}
	fmt.Printf("model in %s\n", o.model)
	return m, report, save(o.model, m)
}

// train learns a table, by flow.Learn or as a preset.
func train(ctx context.Context, o options) (*flow.Transformed, string, error) {
	t, err := openTable(o.train)
	if err != nil {
		return nil, "", err
	}
	data := flow.Stream(t.cols, t.rows)
	var rows *mat.Dense
	if !o.stream {
		if rows, err = t.dense(); err != nil {
			return nil, "", err
		}
		data = flow.Rows(rows)
	}
	start := time.Now()
	var l learned
	if o.preset == "learn" {
		l, err = learnTable(ctx, o, data)
	} else {
		l, err = fitPreset(ctx, o, data, t.cols)
	}
	if err != nil {
		return nil, "", err
	}
	seconds := time.Since(start).Seconds()
	fmt.Printf("%s\n%s of %d columns in %.1f s; NLL %.4f nats\n", l.summary, o.preset, t.cols, seconds, l.nll)
	if o.report != "" && rows != nil {
		if err := writeReport(o.report, l.model, rows, "The density of "+filepath.Base(o.train), l.summary, l.history); err != nil {
			return nil, "", err
		}
		fmt.Printf("report in %s\n", filepath.Join(o.report, "report.html"))
	}
	return l.model, fmt.Sprintf(" preset=%s columns=%d resumed=%d seconds=%.1f nll=%.4f", o.preset, t.cols, l.resumed, seconds, l.nll), nil
}

// learned is a model and what is known of it.
type learned struct {
	model   *flow.Transformed
	summary string
	nll     float64
	resumed int
	history []flow.Record
}

func learnTable(ctx context.Context, o options, data flow.Data) (learned, error) {
	s := &flow.LearnSettings{Seed: o.seed, Checkpoint: o.checkpoint}
	if o.quick {
		s.Budget = 1e9
	}
	m, r, err := flow.Learn(ctx, data, s)
	if err != nil {
		return learned{}, stopped(err, o)
	}
	return learned{model: m, summary: r.String(), nll: r.NLL}, nil
}

func fitPreset(ctx context.Context, o options, data flow.Data, cols int) (learned, error) {
	preset, ok := presets[o.preset]
	if !ok {
		return learned{}, fmt.Errorf("got preset %q, want learn, nice, realnvp, maf, iaf, nsf or nsfar", o.preset)
	}
	if o.quick {
		o.steps = 40
	}
	src := rng.New(o.seed)
	m := preset(flow.Arch{Dim: cols}, src.Split())
	bar := progress.New(os.Stderr)
	r, err := flow.Fit(ctx, m, data, &flow.Settings{Steps: o.steps, Batch: o.batch, Seed: src.Uint64(), Checkpoint: o.checkpoint, Report: bar.Report})
	bar.Close()
	if err != nil {
		return learned{}, stopped(err, o)
	}
	return learned{model: m, summary: r.String(), nll: r.Loss, resumed: r.Resumed, history: r.History}, nil
}

// stopped says how to go on after Ctrl-C.
func stopped(err error, o options) error {
	if errors.Is(err, context.Canceled) && o.checkpoint != "" {
		return fmt.Errorf("stopped; the same command goes on from %s", o.checkpoint)
	}
	return err
}

func load(name string) (*flow.Transformed, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m, err := flow.Load(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return m, nil
}

func save(name string, m *flow.Transformed) error {
	return create(name, func(w *bufio.Writer) error { return m.Save(w) })
}

// create writes a file.
func create(name string, write func(w *bufio.Writer) error) (err error) {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriter(f)
	if err := write(w); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return w.Flush()
}

// score writes the log-density of every row of a table to a file, in bounded
// memory for CSV, and returns their number and mean.
func score(m *flow.Transformed, table, file string) (n int, mean float64, err error) {
	t, err := openTable(table)
	if err != nil {
		return 0, 0, err
	}
	if t.cols != m.Dim() {
		return 0, 0, fmt.Errorf("%s: got %d columns, want %d as the model", table, t.cols, m.Dim())
	}
	var sum float64
	chunk := mat.NewDense(4096, t.cols, nil)
	err = create(file, func(w *bufio.Writer) error {
		held := 0
		flush := func() {
			if held == 0 {
				return
			}
			for _, lp := range m.LogProbs(nil, chunk.Slice(0, held, 0, t.cols)) {
				w.Write(strconv.AppendFloat(w.AvailableBuffer(), lp, 'g', -1, 64))
				w.WriteByte('\n') // Flush tells of an error
				sum += lp
			}
			n, held = n+held, 0
		}
		for row, err := range t.rows() {
			if err != nil {
				return err
			}
			chunk.SetRow(held, row)
			if held++; held == 4096 {
				flush()
			}
		}
		flush()
		return nil
	})
	return n, sum / float64(n), err
}
