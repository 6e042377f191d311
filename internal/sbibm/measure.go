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
	"gonum.org/v1/gonum/stat"
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
	m, err := o.model(ctx, s, l, x.RawRowView(0))
	if err != nil {
		return err
	}
	start, p := cpu(), m.posterior
	n, d := reference.Dims()
	samples, err := p.Sample(ctx, x, n, o.seed+uint64(l.Observation))
	if err != nil {
		return err
	}
	l.Training, l.CPU = m.spent, m.spent+cpu()-start
	if !math.IsNaN(m.nll) {
		l.HeldOutNLL = &m.nll
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
		if m.check == nil {
			if m.check, err = p.Calibrate(ctx, s, o.pairs, 100, o.seed+1<<32); err != nil {
				return err
			}
		}
		mass := stat.Mean(mat.Col(nil, 0, m.check.Coverage.U), nil)
		l.Ranks, l.Coverage, l.Mass = &m.check.Ranks.P, &m.check.Coverage.P, &mass
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

// A trained posterior, and what it took.
type trained struct {
	name       string
	posterior  *sbi.Posterior
	nll, spent float64
	check      *sbi.Calibration // nil for not yet
}

// model trains a posterior, for one observation if in rounds, unless it is that of the line before or in the folder of models.
func (o *options) model(ctx context.Context, s *sbi.Simulator, l *line, x []float64) (*trained, error) {
	name := filepath.Join(o.models, fmt.Sprintf("%s-%d-%s-%d", l.Task, l.Budget, o.method, o.seed))
	if o.rounds > 1 {
		name = fmt.Sprintf("%s-%d-rounds-%d", name, o.rounds, l.Observation)
	}
	if o.last != nil && o.last.name == name {
		return o.last, nil
	}
	o.last = nil
	if o.models != "" {
		m, err := loadModel(name)
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			o.last = m
			return m, err
		}
	}
	settings := &sbi.Settings{Simulations: l.Budget, Seed: o.seed, Direct: o.method == "npe"}
	if o.rounds > 1 {
		settings.Observation, settings.Rounds = x, o.rounds
	}
	if o.models != "" {
		settings.Checkpoint = name + ".checkpoint"
	}
	start := cpu()
	p, r, err := sbi.Learn(ctx, s, settings)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(os.Stderr, "%s, %d simulations\n%v%v%v", l.Task, l.Budget, r, r.Posterior, r.Likelihood)
	o.last = &trained{name: name, posterior: p, nll: r.NLL, spent: cpu() - start}
	if o.models != "" {
		err = o.last.save()
	}
	return o.last, err
}

func loadModel(name string) (*trained, error) {
	numbers, err := readCSV(name + ".csv")
	if err != nil {
		return nil, err
	}
	f, err := os.Open(name + ".safetensors")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m := &trained{name: name, nll: numbers.At(0, 0), spent: numbers.At(0, 1)}
	m.posterior, err = sbi.Load(f)
	return m, err
}

func (m *trained) save() (err error) {
	f, err := os.Create(m.name + ".safetensors")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return errors.Join(m.posterior.Save(f), writeCSV(m.name+".csv", []string{"heldout_nll", "cpu_s"}, mat.NewDense(1, 2, []float64{m.nll, m.spent})))
}
