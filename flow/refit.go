package flow

import (
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/train"
)

// A refit is for models that begin as the normal distribution of few rows, by a [bijector.Whitener]. Steps that make held-out rows
// likelier by less than one standard error are not worth having (the rule of Breiman, Friedman, Olshen and Stone, 1984): the model
// is again what it began as, and then, since closed forms have made that, made so once more from all rows, held-out ones too.
type refit struct {
	rows *train.Memory       // learned from and held out
	maps []bijector.Bijector // whiteners and standardizers
	own  *autodiff.Param     // 1 for each of them that this training set, else 0
	from *autodiff.Param     // the learned parameters as they were before the first step
}

// newRefit prepares that of a model before it is initialised, nil if there is nothing to set.
func newRefit(m *Transformed, rows *train.Memory) *refit {
	r := &refit{rows: rows}
	var own []float64
	add := func(b bijector.Bijector, done bool) {
		one := 1.0
		if done {
			one = 0
		}
		r.maps, own = append(r.maps, b), append(own, one)
	}
	eachFlow(m, func(m *Transformed) {
		eachPart(m.all, func(b bijector.Bijector) {
			switch b := b.(type) {
			case *bijector.Whitener:
				add(b, b.Initialized)
			case *bijector.Standardizer:
				add(b, b.Initialized)
			}
		})
	})
	if len(own) == 0 || len(m.statistics()) > 0 {
		return nil
	}
	r.own = autodiff.NewParam(1, len(own), own)
	return r
}

// whitens reports whether a whitener, initialised by now, does anything.
func (r *refit) whitens() bool {
	for _, b := range r.maps {
		if w, ok := b.(*bijector.Whitener); ok && !w.Plain() {
			return true
		}
	}
	return false
}

// back undoes a training's steps if they are worth less than one standard error.
func (r *refit) back(f *fit) {
	t := f.training
	if t.Result.Best == 0 || !slices.Contains(r.own.Data(), 1) {
		return
	}
	params := f.batches.Gradient.Params.Data
	best, gains := slices.Clone(params), f.logProbs(f.held)
	copy(params, r.from.Data())
	kernel.Sub(gains, gains, f.logProbs(f.held))
	if loss, se := nllOf(gains, f.held.Weights); -loss <= se {
		t.Result.Best, t.Result.Loss = 0, t.Result.History[0].Validation
		return
	}
	copy(params, best)
}

// all sets the maps from all rows if no step was worth having.
func (r *refit) all(f *fit) error {
	if f.training.Result.Best > 0 || !slices.Contains(r.own.Data(), 1) {
		return nil
	}
	for i, b := range r.maps {
		if r.own.Data()[i] == 0 {
			continue
		}
		switch b := b.(type) {
		case *bijector.Whitener:
			d, _ := b.L.Dims()
			b.L.Set(autodiff.LearnedIdentity(d).Data())
			b.Initialized = false
		case *bijector.Standardizer:
			b.Initialized = false
		}
	}
	data := f.data
	data.source = r.rows
	first, err := data.first(f.model.firstRows(f.Batch, r.rows.Len()), f.Seed)
	if err == nil {
		f.model.startFrom(first)
	}
	return err
}
