package flow

import (
	"sync"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/internal/train"
)

// A learner is one call of Learn.
type learner struct {
	LearnSettings
	report *Report

	data  *train.Memory       // rows as candidates see them: standardised
	ends  []bijector.Bijector // from these to the rows given
	slope []float64           // log|det| of the way to the rows as candidates see them, for each row
	rows  []int               // which of the rows given these are

	net *nn.Features // from the contexts given to those that candidates see

	tried    []Candidate
	folds    []*Fold
	tasks    [][]*task         // of each candidate, one a fold
	useful   []bool            // candidates in further folds
	self     string            // what a checkpoint is of
	done     map[string][]byte // the checkpoint
	doneLock sync.Mutex
}

// A task is the fit of a candidate in a fold.
type task struct {
	candidate, fold int
	name            string // in checkpoints
	model           *Transformed
	note            string // why there is none
	held            []float64
	spent           float64   // multiply-adds of training
	training        *training // nil if there was none in this process
	more            int       // steps to go on with
}
