package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/calibration"
	"github.com/normflow/normflow/flow/mc"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// A method finds a posterior and returns weighted draws.
type method struct {
	name string
	find func(ctx context.Context, p *posterior, o options) (*mc.Draws, error)
}

var methods = []method{{"variational", variational}, {"annealed", annealed}}

// variational fits a flow by the target's gradient and weighs its draws, after more rounds if they do not count for enough.
func variational(ctx context.Context, p *posterior, o options) (*mc.Draws, error) {
	model := flow.NSF(flow.Arch{Dim: p.free, Hidden: []int{32, 32}, Clip: -1}, rand.NewPCG(o.seed, 1)).Then(p.support)
	report, err := flow.FitDensity(ctx, model, p.log.LogDensity, &flow.Settings{Steps: o.steps, Seed: o.seed})
	if err != nil {
		return nil, err
	}
	for _, w := range report.Warnings {
		fmt.Println("warning:", w)
	}
	return mc.Adapt(ctx, p.log, model, &mc.AdaptSettings{Draws: o.draws, Steps: o.steps, Seed: o.seed})
}

// annealed needs no gradient.
func annealed(ctx context.Context, p *posterior, o options) (*mc.Draws, error) {
	particles, err := mc.SMC(ctx, p.log, p.free, &mc.SMCSettings{Map: p.support, Seed: o.seed, Adapt: mc.AdaptSettings{Draws: o.draws, Steps: o.steps}})
	if err != nil {
		return nil, err
	}
	for _, w := range particles.Warnings {
		fmt.Println("warning:", w)
	}
	return particles.Draws, nil
}

// A verdict compares draws with reference draws.
type verdict struct {
	draws           *mc.Draws
	mean, deviation float64 // greatest errors, in reference deviations and as a share of them
	c2st            float64
	seconds         float64
	rows            *mat.Dense // as many as there are references
}

// judge finds a posterior by a method and compares it.
func judge(ctx context.Context, p *posterior, reference *mat.Dense, find method, o options) (*verdict, error) {
	start := time.Now()
	draws, err := find.find(ctx, p, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", find.name, err)
	}
	v := &verdict{draws: draws, seconds: time.Since(start).Seconds(), c2st: math.NaN()}
	n, cols := reference.Dims()
	v.rows = mat.NewDense(n, cols, nil)
	x := draws.Resample(n, rand.NewPCG(o.seed, 3))
	for i := range n {
		row := x.RawRowView(i)
		if p.output != nil {
			row = p.output(row)
		}
		v.rows.SetRow(i, row)
	}
	for j := range cols {
		want, sd := stat.MeanStdDev(mat.Col(nil, j, reference), nil)
		got, gotSD := stat.MeanStdDev(mat.Col(nil, j, v.rows), nil)
		v.mean, v.deviation = max(v.mean, math.Abs(got-want)/sd), max(v.deviation, math.Abs(gotSD/sd-1))
	}
	if k := min(o.c2st, n); k > 0 {
		v.c2st = calibration.C2ST(reference.Slice(0, k, 0, cols), v.rows.Slice(0, k, 0, cols), nil).Accuracy.Value
	}
	return v, nil
}

func (v *verdict) String() string {
	d := v.draws
	apart := "" // where a classifier was asked
	if !math.IsNaN(v.c2st) {
		apart = fmt.Sprintf("  C2ST %.3f", v.c2st)
	}
	s := fmt.Sprintf("means %.3f  deviations %4.1f %%%s  ESS %4.1f %%  k̂ %5.2f  log Z %.4f ± %.4f  missed %.1f %%  %.1f s",
		v.mean, 100*v.deviation, apart, 100*d.ESS/float64(d.N), d.K, d.LogZ.Value, d.LogZ.SE, 100*d.Missed.Value, v.seconds)
	for _, w := range d.Warnings {
		s += "\nwarning: " + w
	}
	return s
}
