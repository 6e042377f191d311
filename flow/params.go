package flow

import "github.com/normflow/normflow/autodiff"

// Params returns the parameters that the log-density depends on, of the base and of the map, in
// order of first use, the frozen ones included. It costs the density of one row.
func (m *Transformed) Params() []*autodiff.Param {
	m.there("Params")
	t := autodiff.Borrow()
	defer t.Release()
	var c autodiff.Var
	if w := m.CondDim(); w > 0 {
		c = t.Zeros(1, w)
	}
	m.LogDensityGiven(t.Zeros(1, m.dim), c)
	return t.Params()
}

// Freeze makes all parameters constants, as for a model that is the base of another, which alone
// is to be trained. It returns those that were not frozen before, to be learned again after
// [autodiff.Param.Freeze] with false.
func (m *Transformed) Freeze() (frozen []*autodiff.Param) {
	for _, p := range m.Params() {
		if !p.Frozen() {
			p.Freeze(true)
			frozen = append(frozen, p)
		}
	}
	return frozen
}
