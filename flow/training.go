package flow

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/train"
	"gonum.org/v1/gonum/mat"
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
	found    *mat.Dense    // places that walkers through the target came to; nil if there were none
	warnings []string
	batches  *train.Minibatches
	training *train.Training
}
