package main

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// A fit is a density with what there is to say about it.
type fit struct {
	model            *flow.Transformed
	chosen, warnings []string
	report           string
}

// methods learn the density of a split's training rows.
var methods = map[string]func(ctx context.Context, o options, s *split) (fit, error){
	"learn":    learn(flow.LearnSettings{}),
	"rows":     learn(flow.LearnSettings{KeepRows: true}),
	"robust":   learn(flow.LearnSettings{Robust: true}),
	"flow":     learn(flow.LearnSettings{Single: true}),
	"NSF":      preset(flow.NSF),
	"NSFAR":    preset(flow.NSFAR),
	"MAF":      preset(flow.MAF),
	"RealNVP":  preset(flow.RealNVP),
	"gaussian": gaussian,
	"gmm":      mixture,
}

func methodNames() []string { return slices.Sorted(maps.Keys(methods)) }

func learn(settings flow.LearnSettings) func(ctx context.Context, o options, s *split) (fit, error) {
	return func(ctx context.Context, o options, s *split) (f fit, err error) {
		c := settings
		c.Seed, c.Budget = o.seed, o.budget
		if o.quick && o.budget == 0 {
			c.Budget = 1e9
		}
		if s.priors != nil {
			if c.Map, err = priorMap(s.priors); err != nil {
				return f, err
			}
		}
		m, report, err := flow.Learn(ctx, s.learned(), &c)
		if err != nil {
			return f, err
		}
		for _, p := range report.Parts {
			if p.Weight > 0 {
				f.chosen = append(f.chosen, fmt.Sprintf("%s %.3f", p.Name, p.Weight))
			}
		}
		f.model, f.warnings, f.report = m, report.Warnings, report.String()
		return f, nil
	}
}

func preset(make func(flow.Arch, rand.Source) *flow.Transformed) func(ctx context.Context, o options, s *split) (fit, error) {
	return func(ctx context.Context, o options, s *split) (f fit, err error) {
		_, d := s.train.Dims()
		a := flow.Arch{Dim: d}
		if s.trainContext != nil {
			_, a.Cond = s.trainContext.Dims()
		}
		f.model = make(a, rand.NewPCG(o.seed, 1))
		var settings *flow.Settings
		if o.quick {
			settings = &flow.Settings{Steps: 40}
		}
		result, err := flow.Fit(ctx, f.model, s.learned(), settings)
		if err == nil {
			f.chosen = []string{fmt.Sprintf("step %d of %d", result.Best, result.Steps)}
		}
		return f, err
	}
}

// gaussian is the normal distribution with the rows' mean and covariance.
func gaussian(_ context.Context, _ options, s *split) (f fit, err error) {
	if s.trainContext != nil {
		return f, fmt.Errorf("gaussian: got a conditional set, want one without context")
	}
	d, err := normal(s.train)
	if err != nil {
		return f, err
	}
	f.model = flow.New(d)
	return f, nil
}

func normal(x *mat.Dense) (dist.Distribution, error) {
	n, d := x.Dims()
	mean := make([]float64, d)
	for j := range mean {
		mean[j] = stat.Mean(mat.Col(nil, j, x), nil)
	}
	var cov mat.SymDense
	stat.CovarianceMatrix(&cov, x, nil)
	cov.ScaleSym(float64(n-1)/float64(n), &cov)
	for j := range d {
		cov.SetSym(j, j, cov.At(j, j)+1e-6*math.Max(cov.At(j, j), 1e-300))
	}
	return dist.NewCovarianceNormal(autodiff.Fixed(mean...), &cov)
}

// mixture is a mixture of normal distributions, with components by validation.
func mixture(_ context.Context, o options, s *split) (f fit, err error) {
	if s.trainContext != nil {
		return f, fmt.Errorf("gmm: got a conditional set, want one without context")
	}
	m, err := dist.FitGaussianMixture(s.train, nil)
	if err != nil {
		return f, err
	}
	f.model, f.chosen = flow.New(m), []string{fmt.Sprintf("%d components", len(m.Parts))}
	return f, nil
}
