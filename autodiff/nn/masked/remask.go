package masked

import (
	"fmt"
	"slices"

	"github.com/normflow/normflow/autodiff"
)

// A view is the permutation in which a remasked network sees the units before
// and in a layer.
type view struct{ rows, cols []int }

// viewOp is W[rows][cols]. Args.Ref is the *view.
var viewOp = &autodiff.Op{
	Name: "masked.Remask",
	Forward: func(c *autodiff.Call) {
		v, w, y, k := c.Args().Ref.(*view), c.In(0), c.Out(0), c.InShape(0).Cols
		for i, r := range v.rows {
			row, from := y[i*k:(i+1)*k], w[r*k:(r+1)*k]
			for j, u := range v.cols {
				row[j] = from[u]
			}
		}
	},
	Backward: func(c *autodiff.Call) {
		v, dw, dy, k := c.Args().Ref.(*view), c.InGrad(0), c.OutGrad(0), c.InShape(0).Cols
		for i, r := range v.rows {
			row, to := dy[i*k:(i+1)*k], dw[r*k:(r+1)*k]
			for j, u := range v.cols {
				to[u] += row[j]
			}
		}
	},
}

// Remask returns the network with another order and degrees, which shares all
// parameters of m: an ensemble of such networks is trained as one model. The
// degrees are those of m's units, in any order; nil order is the natural
// one.
//
// It returns an error if the order or the degrees do not fit, or if m comes from
// Remask itself.
func (m *MADE) Remask(order []int, degrees [][]int) (*MADE, error) {
	if m.views != nil {
		return nil, fmt.Errorf("masked: MADE.Remask: got a network with other masks, want the original one")
	}
	r := &MADE{Spec: m.Spec, Layers: m.Layers, Context: m.Context, Single: m.Single}
	r.Spec.Order, r.Spec.Degrees = slices.Clone(order), make([][]int, len(degrees))
	sorted := make([][]int, len(degrees))
	for l, d := range degrees {
		sorted[l] = sortedBy(d)
		r.Spec.Degrees[l] = slices.Sorted(slices.Values(d))
	}
	if err := r.Restore(); err != nil {
		return nil, err
	}
	inputs, outputs := m.positions(order, m.Spec.inputs()), m.positions(order, m.Spec.Outputs)
	before := inputs
	for l, hidden := 0, m.hidden(); l < hidden; l++ {
		units := sorted[min(l, len(sorted)-1)]
		r.views = append(r.views, &view{rows: before, cols: units})
		before = units
	}
	if m.Spec.Direct {
		r.views = append(r.views, &view{rows: inputs, cols: outputs})
	}
	r.views = append(r.views, &view{rows: before, cols: outputs})
	return r, nil
}

// positions returns where m keeps the columns, k values each, that another order lists.
func (m *MADE) positions(order []int, k int) []int {
	position := make([]int, m.Spec.Dim)
	for i := range position {
		position[i] = i
	}
	for i, j := range m.Spec.Order {
		position[j] = i
	}
	at := slices.Clone(position)
	for i, j := range order {
		at[i] = position[j]
	}
	return grouped(at, k)
}

// sortedBy returns the indices that sort the degrees, equal ones in their order.
func sortedBy(degrees []int) []int {
	idx := make([]int, len(degrees))
	for i := range idx {
		idx[i] = i
	}
	slices.SortStableFunc(idx, func(a, b int) int { return degrees[a] - degrees[b] })
	return idx
}
