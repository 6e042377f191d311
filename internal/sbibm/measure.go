package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/normflow/normflow/flow/calibration"
	"github.com/normflow/normflow/flow/sbi"
	"gonum.org/v1/gonum/mat"
)

// measure fills a line.
func (o *options) measure(ctx context.Context, l *line, budget, observation string) (err error) {
	if err := o.describe(l, budget, observation); err != nil {
		return err
	}
	s, err := simulator(o.data, l.Task)
	if err != nil {
		return err
	}
	x, err := readCSV(o.data, l.Task, observation, "observation.csv")
	if err != nil {
		return err
	}
	header, reference, err := readTable(o.data, l.Task, observation, "reference_posterior_samples.csv.bz2")
	if err != nil {
		return err
	}
	start := cpu()
	p, nll, spent, err := o.model(ctx, s, l, x.RawRowView(0))
	if err != nil {
		return err
	}
	n, d := reference.Dims()
	samples, err := p.Sample(ctx, x, n, o.seed+uint64(l.Observation))
	if err != nil {
		return err
	}
	l.CPU = spent + cpu() - start
	if !math.IsNaN(nll) {
		l.HeldOutNLL = &nll
	}
	for _, ob := range samples.Observations {
		fmt.Fprintf(os.Stderr, "%s %d %d: powers %.2f, %v, %d moves, %.3f accepted, %.3f missed %s\n", l.Task, l.Observation, l.Budget, p.Powers, ob.Importance, ob.Moves, ob.Accepted, ob.Missed.Value, ob.Warning)
	}
	if o.draws != "" {
		name := strings.ReplaceAll(o.draws, "{}", fmt.Sprintf("%s-%d-%d", l.Task, l.Observation, l.Budget))
		if err := writeCSV(name, header, samples.Theta); err != nil {
			return err
		}
	}
	if o.pairs > 0 {
		check, err := p.Calibrate(ctx, s, o.pairs, 100, o.seed+1<<32)
		if err != nil {
			return err
		}
		l.Ranks, l.Coverage = &check.Ranks.P, &check.Coverage.P
	}
	n = min(n, o.rows)
	c := calibration.C2ST(reference.Slice(0, n, 0, d), samples.Theta.Slice(0, n, 0, d), nil)
	l.C2ST = &c.Accuracy.Value
	return nil
}

// describe says in the line what is to be measured.
func (o *options) describe(l *line, budget, observation string) (err error) {
	if o.method != "npe" && o.method != "best" {
		return fmt.Errorf("got method %q, want npe or best", o.method)
	}
	if o.rounds < 1 {
		return fmt.Errorf("got %d rounds, want at least 1", o.rounds)
	}
	if o.rounds > 1 {
		l.Rounds = o.rounds
	}
	if l.Budget, err = whole("budget", budget); err != nil {
		return err
	}
	l.Observation, err = whole("observation", observation)
	return err
}

// model trains a posterior, for one observation if in rounds, or takes one from the folder of models, and returns the CPU time that it takes or took.
func (o *options) model(ctx context.Context, s *sbi.Simulator, l *line, x []float64) (p *sbi.Posterior, nll, spent float64, err error) {
	name := filepath.Join(o.models, fmt.Sprintf("%s-%d-%s-%d", l.Task, l.Budget, o.method, o.seed))
	if o.rounds > 1 {
		name = fmt.Sprintf("%s-%d-rounds-%d", name, o.rounds, l.Observation)
	}
	if o.models != "" {
		if m, err := readCSV(name + ".csv"); err == nil {
			p, err := loadModel(name)
			if err == nil {
				return p, m.At(0, 0), 0, nil
			}
			if !errors.Is(err, fs.ErrNotExist) {
				return nil, 0, 0, err
			}
		}
	}
	settings := &sbi.Settings{Simulations: l.Budget, Seed: o.seed, Direct: o.method == "npe"}
	if o.rounds > 1 {
		settings.Observation, settings.Rounds = x, o.rounds
	}
	if o.models != "" {
		settings.Checkpoint = name + ".checkpoint"
	}
	p, r, err := sbi.Learn(ctx, s, settings)
	if err != nil {
		return nil, 0, 0, err
	}
	fmt.Fprintf(os.Stderr, "%s, %d simulations\n%v%v%v", l.Task, l.Budget, r, r.Posterior, r.Likelihood)
	if o.models != "" {
		err = errors.Join(saveModel(name, p), writeCSV(name+".csv", []string{"heldout_nll"}, mat.NewDense(1, 1, []float64{r.NLL})))
	}
	return p, r.NLL, 0, err
}

func loadModel(name string) (*sbi.Posterior, error) {
	f, err := os.Open(name + ".safetensors")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return sbi.Load(f)
}

func saveModel(name string, p *sbi.Posterior) (err error) {
	f, err := os.Create(name + ".safetensors")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return p.Save(f)
}
