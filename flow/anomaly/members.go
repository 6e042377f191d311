package anomaly

import (
	"errors"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
)

// A fold is what was learned from two thirds of the rows.
type fold struct {
	Flow    *flow.Transformed // noise-conditional
	Mixture *dist.Mixture     // of normals with full covariances
}

// views is how many scores a fold gives a row.
const views = 3

// scores returns −log density of each row by each view, n×1, from wide to narrow.
func (f *fold) scores(x autodiff.Var) [views]autodiff.Var {
	return [views]autodiff.Var{
		wide(f.Flow, x).Neg(),
		noisy(f.Flow, x, narrowNoise).Neg(),
		f.Mixture.LogDensity(x).Neg(),
	}
}

// Restore checks the fields.
func (f *fold) Restore() error {
	if f.Flow == nil || f.Mixture == nil || f.Flow.CondDim() != 1 || f.Mixture.Dim() != f.Flow.Dim() || f.Mixture.CondDim() != 0 {
		return errors.New("anomaly: fold: want a flow with a context of one number and a mixture of as many columns")
	}
	return nil
}
