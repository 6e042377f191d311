package flow

import (
	"fmt"
	"slices"

	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow/calibration"
	"gonum.org/v1/gonum/mat"
)

var _ calibration.Rosenblatter = (*Transformed)(nil)

// Rosenblatt sets row i of dst to the distribution function of each column of row i of y given the columns before it, in the
// order that it returns: column k of dst is that of column order[k]. These are uniform and independent if the rows follow the model.
// It is known if the base has independent columns with distribution functions and all maps are
// [bijector.Autoregressive] in one order, a [bijector.Standardizer] or a
// [bijector.Whitener]; else it returns an error.
// It costs one inverse pass. It panics if dst or y has other than the model's columns.
func (m *Transformed) Rosenblatt(dst *mat.Dense, y mat.Matrix) (order []int, err error) {
	m.there("Rosenblatt")
	base, ok := m.Base.(interface {
		dist.Distribution
		dist.CDFer
	})
	if _, mixed := m.Base.(dist.Composite); !ok || mixed {
		return nil, fmt.Errorf("flow: Rosenblatt: got a base %T, want one with independent columns", m.Base)
	}
	switch m.Base.(type) {
	case *dist.StdNormal, *dist.Columns:
	default:
		return nil, fmt.Errorf("flow: Rosenblatt: got a base %T, want one with independent columns", m.Base)
	}
	if order, err = triangular(m.Map, nil); err != nil {
		return nil, fmt.Errorf("flow: Rosenblatt: %w", err)
	}
	if order == nil {
		order = upTo(m.dim)
	}
	x := m.Encode(nil, y)
	u := make([]float64, m.dim)
	for i := range x.RawMatrix().Rows {
		base.CDF(u, x.RawRowView(i))
		for k, j := range order {
			dst.Set(i, k, u[j])
		}
	}
	return order, nil
}

// triangular returns the order in which a map is triangular and increasing, given the one of the maps before, nil for any.
func triangular(b bijector.Bijector, order []int) ([]int, error) {
	switch b := b.(type) {
	case bijector.Chain:
		for _, part := range b {
			var err error
			if order, err = triangular(part, order); err != nil {
				return nil, err
			}
		}
		return order, nil
	case *bijector.Standardizer:
		return order, nil
	case *bijector.Whitener:
		if b.Plain() {
			return order, nil
		}
		d, _ := b.L.Dims()
		return ordered(upTo(d), order)
	case *bijector.Embedded:
		return triangular(b.B, order)
	case *bijector.Autoregressive:
		own := b.Net.Spec.Order
		if own == nil {
			own = upTo(b.Net.Spec.Dim)
		}
		return ordered(own, order)
	}
	return nil, fmt.Errorf("got a %T, want autoregressive maps", b)
}

// ordered returns the order of a map, which must be that of the maps before, nil for any.
func ordered(own, before []int) ([]int, error) {
	if before != nil && !slices.Equal(before, own) {
		return nil, fmt.Errorf("got autoregressive maps in the orders %v and %v, want one", before, own)
	}
	return own, nil
}

func upTo(d int) (all []int) {
	for j := range d {
		all = append(all, j)
	}
	return all
}
