package bijector

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn/masked"
)

// PerColumn is a univariate that differs from column to column: of the columns that it is applied to, such as those that a
// [Coupling] changes, column j goes by Maps[j], with as many raw parameters as it needs; further ones, up to the largest number
// that one of Maps has, have no effect.
//
// It costs what Maps cost, with an operation for each column.
type PerColumn struct{ Maps []Univariate }

// NewPerColumn returns the univariate of the maps. It panics if there are none, one is invalid or one is such a univariate itself.
func NewPerColumn(maps ...Univariate) PerColumn {
	p := PerColumn{append([]Univariate(nil), maps...)}
	must(p.Restore())
	return p
}

// Restore checks the maps.
func (p PerColumn) Restore() error {
	if len(p.Maps) == 0 {
		return fmt.Errorf("bijector: PerColumn: got no maps, want one for each column")
	}
	for _, m := range p.Maps {
		if err := checkMap("PerColumn", m); err != nil {
			return err
		}
		if perColumn(m) {
			return fmt.Errorf("bijector: PerColumn: got one in another, want maps of single columns")
		}
	}
	return nil
}

// perColumn reports whether a univariate differs from column to column.
func perColumn(m Univariate) bool {
	switch m := m.(type) {
	case PerColumn:
		return true
	case Inverted:
		return perColumn(m.Map)
	case Opposite:
		return perColumn(m.Map)
	}
	return false
}

// checkColumns returns an error if a univariate is of another number of columns than d.
func checkColumns(what string, m Univariate, d int) error {
	switch m := m.(type) {
	case PerColumn:
		if len(m.Maps) != d {
			return fmt.Errorf("bijector: %s: got maps for %d columns, want %d", what, len(m.Maps), d)
		}
	case Inverted:
		return checkColumns(what, m.Map, d)
	case Opposite:
		return checkColumns(what, m.Map, d)
	}
	return nil
}

// Params returns the largest number of parameters that one of Maps has.
func (p PerColumn) Params() int {
	k := 0
	for _, m := range p.Maps {
		k = max(k, m.Params())
	}
	return k
}

// Forward returns the values and the logarithms of the slopes. It panics unless x has as many columns as there are maps.
func (p PerColumn) Forward(x, raw autodiff.Var) (y, logSlope autodiff.Var) {
	return p.each(x, raw, Univariate.Forward)
}

// Inverse returns the inverses' values and the logarithms of their slopes. It panics unless y has as many columns as there are maps.
func (p PerColumn) Inverse(y, raw autodiff.Var) (x, logSlope autodiff.Var) {
	return p.each(y, raw, Univariate.Inverse)
}

func (p PerColumn) each(x, raw autodiff.Var, apply func(m Univariate, x, raw autodiff.Var) (v, l autodiff.Var)) (v, l autodiff.Var) {
	k := p.Params()
	wantCols("PerColumn", x, len(p.Maps))
	wantRaw("PerColumn", k, x, raw)
	var few [2][16]autodiff.Var
	vs, ls := few[0][:0], few[1][:0]
	for j, m := range p.Maps {
		v, l := apply(m, x.Slice(j, j+1), firstRaw(raw, j*k, m.Params()))
		vs, ls = append(vs, v), append(ls, l)
	}
	return autodiff.Concat(vs...), autodiff.Concat(ls...)
}

// firstRaw returns n raw parameters from column j on.
func firstRaw(raw autodiff.Var, j, n int) autodiff.Var {
	if n == 0 {
		return raw.Tape().Zeros(1, 0)
	}
	return raw.Slice(j, j+n)
}

// inOrder returns the maps of columns in the given order, nil being the natural one.
func (p PerColumn) inOrder(order []int) PerColumn {
	if order == nil {
		return p
	}
	maps := make([]Univariate, len(order))
	for i, j := range order {
		maps[i] = p.Maps[j]
	}
	return PerColumn{maps}
}

// A clippedPerColumn is a [PerColumn] whose results are clipped.
type clippedPerColumn struct {
	clippedMap
	columns []masked.Map
}

// Column returns the map of column j alone.
func (p clippedPerColumn) Column(j int) masked.Map { return p.columns[j] }

// clipped returns the maps with their results clipped as those of an autoregressive map are.
func (p PerColumn) clipped(by *Autoregressive) masked.Map {
	c := clippedPerColumn{clippedMap: clippedMap{p, by}}
	for _, m := range p.Maps {
		c.columns = append(c.columns, clippedMap{oneColumn{m}, by})
	}
	return c
}

// A oneColumn is a univariate of one column that has raw parameters to spare.
type oneColumn struct{ Univariate }

func (o oneColumn) Forward(x, raw autodiff.Var) (y, logSlope autodiff.Var) {
	return o.Univariate.Forward(x, firstRaw(raw, 0, o.Params()))
}
