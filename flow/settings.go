package flow

import (
	"fmt"
	"math"
	"time"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/internal/train"
)

// Settings of [Fit]. The zero value, and a nil pointer, are good defaults, which depend on how many rows
// there are: small batches and low rates keep a flow from learning a small table by heart.
// With fresh samples and streams all rows are new, and the defaults are the last of each list.
type Settings struct {
	// Steps is the number of optimizer steps; 0 is 3000 for less than 4500 rows, 6000 for more, 2000.
	Steps int
	// Batch is the number of rows in a minibatch; 0 is 128, 256, 512. It is at most as many rows as
	// there are. The last batch of a pass over the rows may be shorter.
	Batch int
	// Accumulate is the number of minibatches in a step, for batches that are
	// larger than memory; 0 is 1.
	Accumulate int
	// Schedule is the learning rate; nil is optim.Cosine to 0 from 0.001, 0.002, 0.005.
	Schedule optim.Schedule
	// Optimizer is nil for a new optim.Adam.
	Optimizer optim.Optimizer
	// Decay draws the weights of dense networks in the maps towards 0, not their biases, nor other parameters: after each step they are multiplied by
	// 1 − rate·Decay. 0 is 2500·r², at most 4, r > 1/200 being the columns of data and context over the rows to learn from, for rows in memory
	// without an Optimizer, else none; negative is none. I. Loshchilov, F. Hutter, Decoupled Weight Decay
	// Regularization, 2017, arXiv:1711.05101.
	Decay float64
	// Clip bounds the norm of the gradient; 0 is 10, negative is no bound.
	Clip float64
	// ClipValue bounds each number of the gradient, before its norm; 0 is no bound.
	ClipValue float64
	// Average is the decay of an exponential moving average of the parameters, such as 0.999, which
	// then is what is validated and what the model has in the end; 0 is 0.99, 0.99, none,
	// and none for models with running statistics; negative is none.
	Average float64
	// Shuffle is the size of the windows within which rows are put in random
	// order; 0 is all rows in memory, or 16,384 of a stream; 1 keeps their order.
	Shuffle int
	// Validation is the share of the rows that are held out to judge by; 0 is a tenth, but
	// at least 20 rows or a quarter, whichever is less, and at most 2000; none of less than 20 rows,
	// streams and fresh samples; negative is none.
	//
	// A model that begins as the normal distribution of few rows, see [bijector.Whitener], and by no step makes held-out rows likelier by a
	// standard error, is made the normal distribution of all rows in the end, held-out ones too: [Result] is of the one that has not seen them.
	Validation float64
	// Held is rows to judge by, in place of a share of the data.
	Held Data
	// Patience is how many records in a row may fail to improve on the best
	// held-out NLL before training stops; 0 is 25, negative is no limit. Then the rate
	// comes down to 0 from the best record on, in at most as many steps again. At
	// the end the model has the parameters of the best record, the first of which is from before
	// the first step.
	Patience int
	// Every is the number of steps from one record to the next; 0 is Steps/50, but at most 20, 40 and
	// unlimited.
	Every int
	// Seed decides the order of rows, fresh samples and held-out rows.
	Seed uint64
	// Report, if not nil, is called with every record, from Fit's goroutine.
	Report func(Record)
	// MaxSkipped is how many steps in a row may have a loss or gradient that
	// is not finite, and be skipped, before Fit gives up; 0 is 10.
	MaxSkipped int
	// Checkpoint is a file that keeps the state of the training. If it exists,
	// training goes on from there, bit for bit as if it had never stopped; data, settings
	// and model must be the same, so make the model with a source of a fixed seed.
	Checkpoint string
	// CheckpointSteps and CheckpointTime say how often the file is written: after so many
	// steps, or at the first step after so much time; both 0 is with every record.
	CheckpointSteps int
	CheckpointTime  time.Duration
	// Machines, if not nil, are those that share the work of this training.
	Machines *Machines

	serial   bool              // computes steps on one core: Learn fits several models at once
	futility *futility         // that may stop the training of a candidate; nil for none
	overfit  *overfit          // that may end its patience; nil for none
	only     []*autodiff.Param // that are learned; nil for all
}

// withDefaults returns the settings with zero fields replaced, for data of n
// rows (0 if they are not in memory).
func (s *Settings) withDefaults(n int) (Settings, error) {
	var c Settings
	if s != nil {
		c = *s
	}
	if err := c.check(); err != nil {
		return c, err
	}
	held := c.heldRows(n)
	c.Validation = 0
	if held > 0 {
		c.Validation = float64(held) / float64(n)
	}
	d := defaults{2000, 512, 0.005, 0, math.MaxInt}
	switch {
	case n >= manyRows:
		d = defaults{6000, 256, 0.002, 0.99, 40}
	case n > 0:
		d = defaults{3000, 128, 0.001, 0.99, 20}
	}
	setDefault(&c.Steps, d.steps)
	setDefault(&c.Batch, d.batch)
	setDefault(&c.Average, d.average)
	c.Average = max(c.Average, 0)
	setDefault(&c.Accumulate, 1)
	if n > 0 {
		c.Batch = min(c.Batch, n-held)
	}
	setDefault(&c.Every, min(max(1, c.Steps/50), d.every))
	setDefault(&c.Patience, 25)
	setDefault(&c.MaxSkipped, 10)
	setDefault(&c.Clip, 10)
	if c.Schedule == nil {
		c.Schedule = optim.Cosine{Start: d.rate}
	}
	if c.Optimizer == nil {
		c.Optimizer = new(optim.Adam)
	}
	return c, nil
}

// manyRows is how many rows bear larger batches and higher rates.
const manyRows = 4500

type defaults struct {
	steps, batch  int
	rate, average float64
	every         int
}

// heldRows returns how many of n rows are to be held out.
func (s *Settings) heldRows(n int) int {
	switch {
	case n == 0 || s.Validation < 0 || s.Held.source != nil:
		return 0
	case s.Validation > 0:
		return int(s.Validation * float64(n))
	}
	if n < 20 {
		return 0
	}
	return min(max(n/10, min(20, n/4)), 2000)
}

// check returns an error that names a field out of its range.
func (s *Settings) check() error {
	for _, f := range []struct {
		name  string
		value int
	}{
		{"Steps", s.Steps}, {"Batch", s.Batch}, {"Accumulate", s.Accumulate}, {"Shuffle", s.Shuffle}, {"Every", s.Every},
		{"MaxSkipped", s.MaxSkipped}, {"CheckpointSteps", s.CheckpointSteps},
	} {
		if f.value < 0 {
			return fmt.Errorf("%s: got %d, want at least 0", "Settings."+f.name, f.value)
		}
	}
	if err := s.Machines.check(); err != nil {
		return err
	}
	if s.CheckpointTime < 0 {
		return fmt.Errorf("Settings.CheckpointTime: got %v, want at least 0", s.CheckpointTime)
	}
	if math.IsNaN(s.Decay) || math.IsInf(s.Decay, 1) {
		return fmt.Errorf("got Settings.Decay %v, want a finite number", s.Decay)
	}
	if math.IsNaN(s.Clip) {
		return fmt.Errorf("got Settings.Clip %v, want a number", s.Clip)
	}
	if math.IsNaN(s.Validation) || s.Validation >= 1 {
		return fmt.Errorf("got Settings.Validation %v, want a share below 1", s.Validation)
	}
	if !(s.ClipValue >= 0) || !(s.Average < 1) {
		return fmt.Errorf("got Settings.ClipValue %v and Average %v, want numbers, ClipValue not negative, Average below 1", s.ClipValue, s.Average)
	}
	return nil
}

func setDefault[T int | int64 | float64](p *T, otherwise T) {
	if *p == 0 {
		*p = otherwise
	}
}

// config is what the settings say about the steps.
func (s *Settings) config() train.Config {
	c := train.Config{Steps: s.Steps, Schedule: s.Schedule, Optimizer: s.Optimizer, Clip: s.Clip, ClipValue: s.ClipValue, Average: s.Average,
		Every: s.Every, Patience: s.Patience, MaxSkipped: s.MaxSkipped,
		Checkpoint: s.Checkpoint, CheckpointSteps: s.CheckpointSteps, CheckpointTime: s.CheckpointTime, ReadOnly: s.Machines != nil && s.Machines.Rank > 0}
	if s.Report != nil {
		c.Report = func(r train.Record) { s.Report(Record(r)) }
	}
	return c
}
