package dist

import (
	"fmt"

	"github.com/normflow/normflow/internal/em"
	"gonum.org/v1/gonum/mat"
)

// A MixtureFold is rows for [FitStudentTMixtureFolds] to fit and rows to judge by, of equally many
// columns. Nil weights are ones.
type MixtureFold struct {
	Train, Held               mat.Matrix
	TrainWeights, HeldWeights []float64
}

// FitStudentTMixtureFolds fits a mixture like that of [FitStudentTMixture] to each fold, for the
// price of one: the number of components, their prior and the degrees of freedom are the same in all,
// those with which the rows held out of all folds are likeliest together. It is for cross-validation;
// as the held-out rows choose these three, they are no fresh rows for the mixtures.
//
// The settings' Weights are not used. It panics for no folds, and returns an error, which names the
// fold, as FitStudentTMixture does.
func FitStudentTMixtureFolds(folds []MixtureFold, s *MixtureSettings) ([]*Mixture, error) {
	if len(folds) == 0 {
		panic("dist: FitStudentTMixtureFolds: got no folds, want at least one")
	}
	if s == nil {
		s = new(MixtureSettings)
	}
	const what = "FitStudentTMixtureFolds"
	search := em.Search{Rand: seeded(s.Source), Budget: s.budget()}
	rows := make([]*standardised, len(folds))
	parts := make([]em.Fold, len(folds))
	for i, f := range folds {
		z, err := standardRows(what, f.Train, f.TrainWeights, s.MinScale)
		if err != nil {
			return nil, fmt.Errorf("fold %d: %w", i, err)
		}
		if s.Components < 0 || s.Components > z.n {
			return nil, fmt.Errorf("fold %d: dist: %s: got %d components for %d rows, want at least one row for each", i, what, s.Components, z.n)
		}
		held, err := z.others(what, f.Held, f.HeldWeights)
		if err != nil {
			return nil, fmt.Errorf("fold %d: held-out rows: %w", i, err)
		}
		rows[i], search.D = z, z.d
		parts[i] = em.Fold{Fit: em.NewRows(z.x, z.n, z.d, z.weights), Held: held}
	}
	search.K = s.Components
	ms := make([]*Mixture, len(folds))
	for i, m := range search.RunFolds(parts) {
		ms[i] = rows[i].mixture(m)
	}
	return ms, nil
}

// others returns other rows in the units of z.
func (z *standardised) others(what string, data mat.Matrix, weights []float64) (*em.Rows, error) {
	n, d := data.Dims()
	if d != z.d {
		return nil, fmt.Errorf("dist: %s: got %d columns, want %d", what, d, z.d)
	}
	o := &standardised{d: d}
	if err := o.take(what, data, weights); err != nil {
		return nil, err
	}
	if o.n == 0 {
		return nil, fmt.Errorf("dist: %s: got no row with a weight of %d, want at least one", what, n)
	}
	o.loc, o.scale = z.loc, z.scale
	o.toScale()
	return em.NewRows(o.x, o.n, d, o.weights), nil
}
