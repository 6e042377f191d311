package bijector

import (
	"fmt"
	"slices"

	"github.com/normflow/normflow/autodiff"
)

// Multiscale is a chain of maps of growing width: level i maps the first Dims[i]
// columns, where those after the first Dims[i−1] come from the base directly, past the levels
// before.
//
//	h₀ = x[:Dims[0]],  hᵢ₊₁ = (fᵢ(hᵢ), x[Dims[i]:Dims[i+1]]),  y = f(h) of the last
//
// From data to base, each level leaves part of its columns behind, usually half of an
// image's channels, and works on with the rest. A learned prior of the columns left behind, given
// those that go on, is an affine [Coupling] as a level's first map. The
// log-determinant is the sum of the levels', and either direction costs what they cost. Laurent
// Dinh, Jascha Sohl-Dickstein, Samy Bengio, Density estimation using Real NVP,
// 2016, arXiv:1605.08803.
type Multiscale struct {
	Levels []Bijector // base to data
	Dims   []int      // the number of columns of each
}

// NewMultiscale returns the map with the given levels and widths.
// It panics unless dims grows and there are as many as levels, at least one.
func NewMultiscale(dims []int, levels ...Bijector) *Multiscale {
	m := &Multiscale{Levels: levels, Dims: slices.Clone(dims)}
	must(m.Restore())
	return m
}

// Restore checks the fields.
func (m *Multiscale) Restore() error {
	if len(m.Levels) == 0 || len(m.Levels) != len(m.Dims) {
		return fmt.Errorf("bijector: Multiscale: got %d levels and %d widths, want as many, at least one", len(m.Levels), len(m.Dims))
	}
	last := 0
	for i, d := range m.Dims {
		if d <= last || m.Levels[i] == nil {
			return fmt.Errorf("bijector: Multiscale: level %d: got %T and width %d after %d, want a map and growing widths", i, m.Levels[i], d, last)
		}
		last = d
	}
	return nil
}

func (m *Multiscale) check(x autodiff.Var) {
	wantCols("Multiscale", x, m.Dims[len(m.Dims)-1])
}

// up leads x to data, f mapping the columns of each level.
func (m *Multiscale) up(x autodiff.Var, f func(b Bijector, h autodiff.Var) autodiff.Var) autodiff.Var {
	m.check(x)
	h := x.Slice(0, m.Dims[0])
	for i, b := range m.Levels {
		if i > 0 {
			h = autodiff.Concat(h, x.Slice(m.Dims[i-1], m.Dims[i]))
		}
		h = f(b, h)
	}
	return h
}

// down leads y to the base, f mapping the columns of each level back.
func (m *Multiscale) down(y autodiff.Var, f func(b Bijector, h autodiff.Var) autodiff.Var) autodiff.Var {
	m.check(y)
	parts := make([]autodiff.Var, len(m.Levels))
	for i := len(m.Levels) - 1; i >= 0; i-- {
		y = f(m.Levels[i], y)
		if i == 0 {
			parts[0] = y
			break
		}
		parts[i] = y.Slice(m.Dims[i-1], m.Dims[i])
		y = y.Slice(0, m.Dims[i-1])
	}
	return autodiff.Concat(parts...)
}

// Forward returns y.
func (m *Multiscale) Forward(x autodiff.Var) autodiff.Var { return m.up(x, Bijector.Forward) }

// Inverse returns x: what the deepest level makes, then what the others left
// behind, deeper ones first.
func (m *Multiscale) Inverse(y autodiff.Var) autodiff.Var { return m.down(y, Bijector.Inverse) }

// ILDJ returns the sum of the levels' log-determinants on the way back.
func (m *Multiscale) ILDJ(y autodiff.Var) autodiff.Var { _, l := m.InverseILDJ(y); return l }

// InverseILDJ returns both.
func (m *Multiscale) InverseILDJ(y autodiff.Var) (x, ildj autodiff.Var) {
	none := zero(y)
	ildj = none
	x = m.down(y, func(b Bijector, h autodiff.Var) autodiff.Var {
		h, l := InverseILDJ(b, h)
		ildj = plus(ildj, l, none)
		return h
	})
	return x, ildj
}

// ForwardFLDJ returns y and the sum of the levels' log-determinants.
func (m *Multiscale) ForwardFLDJ(x autodiff.Var) (y, fldj autodiff.Var) {
	none := zero(x)
	fldj = none
	y = m.up(x, func(b Bijector, h autodiff.Var) autodiff.Var {
		h, l := ForwardFLDJ(b, h)
		fldj = plus(fldj, l, none)
		return h
	})
	return y, fldj
}

// CondDim returns the width of the context that levels need.
func (m *Multiscale) CondDim() int { return Chain(m.Levels).CondDim() }

// Given returns the map with its conditional levels bound to the contexts.
func (m *Multiscale) Given(c autodiff.Var) Bijector {
	wantContext("Multiscale", c, m.CondDim())
	return &Multiscale{Levels: Chain(m.Levels).Given(c).(Chain), Dims: m.Dims}
}
