package anomaly

import (
	"errors"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
)

// A fold is what was learned from two thirds of the rows.
type fold struct {
	Centres *centres
	Flow    *flow.Transformed // noise-conditional
	Mixture *dist.Mixture     // of normals with full covariances
	Narrow  float64           // width at which the flow is read
}

// views is how many scores a fold gives a row.
const views = 3

// scores returns −log density of each row by each view, n×1, from wide to narrow.
func (f *fold) scores(x autodiff.Var) [views]autodiff.Var {
	return [views]autodiff.Var{f.Centres.wide(x).Neg(), noisy(f.Flow, x, f.Narrow).Neg(), f.Mixture.LogDensity(x).Neg()}
}

// Restore checks the fields.
func (f *fold) Restore() error {
	if f.Centres == nil || f.Flow == nil || f.Mixture == nil || f.Flow.CondDim() != 1 || f.Mixture.Dim() != f.Flow.Dim() {
		return errors.New("anomaly: fold: want centres, a flow with a context of one number, and a mixture of as many columns")
	}
	if !(f.Narrow > 0 && f.Narrow <= mostNoise) {
		return errors.New("anomaly: fold: want a positive width of the narrow view")
	}
	if _, d := f.Centres.At.Dims(); d != f.Flow.Dim() {
		return errors.New("anomaly: fold: want centres of as many columns as the flow")
	}
	return nil
}
