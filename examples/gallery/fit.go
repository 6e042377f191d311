package main

import (
	"context"
	"os"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/plot"
	"github.com/normflow/normflow/flow/progress"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// A fitted density with its figures.
type fitted struct {
	name    string
	target  target
	density plot.Scorer
	nll, se float64
	seconds float64 // of CPU time
	back    float64 // largest difference after encoding and decoding
}

// exact returns the target itself.
func exact(t target, o options) fitted {
	f := fitted{name: "exact", target: t, density: t}
	f.score(t.held(o))
	return f
}

// held returns points to score.
func (t target) held(o options) *mat.Dense {
	n := 10000
	if o.quick {
		n = 1000
	}
	test := mat.NewDense(n, 2, nil)
	t.fill(test, o.source(2))
	return test
}

// score sets the NLL of points.
func (f *fitted) score(test *mat.Dense) {
	losses := f.density.LogProbs(nil, test)
	for i, lp := range losses {
		losses[i] = -lp
	}
	mean, sd := stat.MeanStdDev(losses, nil)
	f.nll, f.se = mean, stat.StdErr(sd, float64(len(losses)))
}

// fit trains a preset on samples of a target and judges it.
func fit(ctx context.Context, p flow.Preset, t target, o options) (fitted, error) {
	m := p.New(flow.Arch{Dim: 2}, o.source(1))
	if p.Name == "NCSF" {
		m = m.Then(bijector.NewScale(autodiff.Fixed(2))) // a flow of angles, whose circles hold all targets so
	}
	s := flow.Settings{Steps: 2000, Batch: 256, Schedule: optim.Cosine{Start: 0.005}, Seed: o.seed}
	matched := flow.MatchSettings{Settings: s}
	matched.Steps, matched.Schedule = 10000, nil
	if o.quick {
		s.Steps, matched.Steps = 5, 5
	}
	bar := progress.New(os.Stderr)
	if !o.quick {
		s.Report, matched.Report = bar.Report, bar.Report
	}
	start := cpuSeconds()
	var err error
	if data := flow.Fresh(2, t.fill); p.Name == "CNF" {
		_, err = flow.Match(ctx, m, data, &matched)
	} else {
		_, err = flow.Fit(ctx, m, data, &s)
	}
	f := fitted{name: p.Name, target: t, density: m, seconds: cpuSeconds() - start}
	bar.Close()
	if err != nil {
		return f, err
	}
	test := t.held(o)
	f.score(test)
	back := m.Decode(nil, m.Encode(nil, test))
	back.Sub(back, test)
	f.back = max(mat.Max(back), -mat.Min(back))
	return f, nil
}
