package flow

import (
	"fmt"
	"math"
	"time"

	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/internal/train"
)

// Settings of [Fit]. The zero value, and a nil pointer, are good defaults for
// a few thousand rows of a few columns; the field that most often wants a
// change is Steps.
type Settings struct {
	// Steps is the number of optimizer steps; 0 is 2000.
	Steps int
	// Batch is the number of rows in a minibatch; 0 is 512, or all rows if
	// there are less. The last batch of a pass over the rows may be shorter.
	Batch int
	// Accumulate is the number of minibatches in a step, for batches that are
	// larger than memory; 0 is 1.
	Accumulate int
	// Schedule is the learning rate; nil is optim.Cosine from 0.005 to 0.
	Schedule optim.Schedule
	// Optimizer is nil for a new optim.Adam.
	Optimizer optim.Optimizer
	// Clip bounds the norm of the gradient; 0 is 10, negative is no bound.
	Clip float64
	// ClipValue bounds each number of the gradient, before its norm; 0 is no bound.
	ClipValue float64
	// Average is the decay of an exponential moving average of the parameters, such as 0.999, which
	// then is what is validated and what the model has in the end; 0 is none.
	Average float64
	// Shuffle is the size of the windows within which rows are put in random
	// order; 0 is all rows in memory, or 16,384 of a stream; 1 keeps their order.
	Shuffle int
	// Validation is the share of the rows that are held out to judge by; 0 is
	// 0.1, or none for less than 100 rows, streams and fresh samples; negative is none.
	Validation float64
	// Held is rows to judge by, in place of a share of the data.
	Held Data
	// Patience is how many records in a row may fail to improve on the best
	// held-out NLL before training stops; 0 is 25, negative is any number. At
	// the end the model has the parameters of the best record.
	Patience int
	// Every is the number of steps from one record to the next; 0 is Steps/50.
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
	if c.Validation == 0 && n >= 100 {
		c.Validation = 0.1
	}
	if n == 0 || c.Validation < 0 || c.Held.source != nil {
		c.Validation = 0
	}
	train := n - int(c.Validation*float64(n))
	if n > 0 && c.Batch > train {
		return c, fmt.Errorf("Settings.Batch: got %d, want at most the %d rows to train on", c.Batch, train)
	}
	setDefault(&c.Steps, 2000)
	setDefault(&c.Batch, 512)
	setDefault(&c.Accumulate, 1)
	if n > 0 {
		c.Batch = min(c.Batch, train)
	}
	setDefault(&c.Every, max(1, c.Steps/50))
	setDefault(&c.Patience, 25)
	setDefault(&c.MaxSkipped, 10)
	setDefault(&c.Clip, 10)
	if c.Schedule == nil {
		c.Schedule = optim.Cosine{Start: 0.005}
	}
	if c.Optimizer == nil {
		c.Optimizer = new(optim.Adam)
	}
	return c, nil
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
			return fmt.Errorf("Settings.%s: got %d, want at least 0", f.name, f.value)
		}
	}
	if s.CheckpointTime < 0 {
		return fmt.Errorf("Settings.CheckpointTime: got %v, want at least 0", s.CheckpointTime)
	}
	if math.IsNaN(s.Clip) || math.IsNaN(s.Validation) || s.Validation >= 1 {
		return fmt.Errorf("got Settings.Clip %v and Validation %v, want numbers, Validation below 1", s.Clip, s.Validation)
	}
	if !(s.ClipValue >= 0) || !(s.Average >= 0 && s.Average < 1) {
		return fmt.Errorf("got Settings.ClipValue %v and Average %v, want none negative, Average below 1", s.ClipValue, s.Average)
	}
	return nil
}

func setDefault[T int | float64](p *T, otherwise T) {
	if *p == 0 {
		*p = otherwise
	}
}

// config is what the settings say about the steps.
func (s *Settings) config() train.Config {
	c := train.Config{Steps: s.Steps, Schedule: s.Schedule, Optimizer: s.Optimizer, Clip: s.Clip, ClipValue: s.ClipValue, Average: s.Average,
		Every: s.Every, Patience: s.Patience, MaxSkipped: s.MaxSkipped,
		Checkpoint: s.Checkpoint, CheckpointSteps: s.CheckpointSteps, CheckpointTime: s.CheckpointTime}
	if s.Report != nil {
		c.Report = func(r train.Record) { s.Report(Record(r)) }
	}
	return c
}
