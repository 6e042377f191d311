package flow

import (
	"sync/atomic"

	"github.com/normflow/normflow/autodiff"
)

// Prepared returns m for scoring and sampling over and over, such as in a service: what is
// computed of the parameters alone, weights in float32 above all, is kept from the first call on and
// not computed in each. It shares the parameters of m and has the same bits. After [Fit], [FitDensity]
// or [autodiff.Param.Set] it is computed anew; after writing to [autodiff.Param.Data],
// [autodiff.Param.Changed] has to be called.
//
// It pays where rows are few and networks wide: of two layers of 512 units, one to sixteen rows are scored
// about twice as fast, of 64 units 1.3 times. It takes half the memory of these networks' parameters besides. It is
// safe for concurrent use as m is.
func (m *Transformed) Prepared() *Transformed {
	m.there("Prepared")
	return m.keeping(&kept{params: m.Params()})
}

// keeping returns a copy of m, and of a flow that is its base, with what is kept.
func (m *Transformed) keeping(k *kept) *Transformed {
	c := *m
	c.kept = k
	if base, ok := m.Base.(*Transformed); ok {
		c.Base = base.keeping(k)
	}
	return &c
}

// kept has what tapes share of parameters, as long as these do not change.
type kept struct {
	params []*autodiff.Param
	now    atomic.Pointer[generation]
}

// A generation is what is kept since a number of changes, of all parameters together.
type generation struct {
	shared  autodiff.Shared
	changes uint64
}

// shared returns what tapes share now: nil if nothing is kept, or while a training changes the parameters.
func (k *kept) shared() *autodiff.Shared {
	if k == nil {
		return nil
	}
	var changes uint64
	for _, p := range k.params {
		changes += p.Changes()
	}
	if g := k.now.Load(); g != nil && g.changes == changes {
		return &g.shared
	}
	for _, p := range k.params {
		if _, training := inTraining.Load(p); training {
			return nil
		}
	}
	g := &generation{changes: changes}
	k.now.Store(g)
	return &g.shared
}
