package flow

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/train"
)

// A density is log p of rows, given contexts, known up to a constant.
type density func(y, c autodiff.Var) autodiff.Var

// A fit is one training of a model.
type fit struct {
	Settings
	model    *Transformed
	data     Data          // rows of the model, or of its base if there is a target
	target   density       // that the model is to come close to; nil for rows
	held     *train.Memory // nil if nothing is held out
	warnings []string
	batches  *train.Minibatches
	training *train.Training
}
