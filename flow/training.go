package flow

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/train"
	"gonum.org/v1/gonum/mat"
)

// A density is log p of rows, given contexts, known up to a constant.
type density func(y, c autodiff.Var) autodiff.Var

// A job is what a training minimises.
type job struct {
	loss   train.Loss
	target density // that the model is to come close to; nil for rows
	added  augment // nil unless the loss sees more than rows
}

// An augment adds what is drawn to rows before a loss sees them.
type augment interface {
	// String says what is added, for checkpoints.
	String() string
	// start initialises the model of f from the first rows.
	start(f *fit, first *train.Batch)
	// open returns a cursor over the rows of another with what is added, a batch for n of them, and the first ones.
	open(c train.Cursor, src *rng.Source, first *train.Batch, n int) (cursor train.Cursor, batch, few *train.Batch)
	// validation returns the loss of held-out rows, always with the same draws, which are made for so many rows at a time.
	validation(held *train.Memory, group int, seed uint64) func() float64
}

// A fit is one training of a model.
type fit struct {
	Settings
	job
	model    *Transformed
	data     Data          // rows of the model, or of its base if there is a target
	held     *train.Memory // nil if nothing is held out
	refit    *refit        // nil if what is held out are no rows of data
	found    *mat.Dense    // places that walkers through the target came to; nil if there were none
	warnings []string
	batches  *train.Minibatches
	training *train.Training
}
