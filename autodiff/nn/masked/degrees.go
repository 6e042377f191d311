package masked

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/internal/rng"
)

// SequentialDegrees returns degrees for the hidden layers of a [MADE] of dim
// columns that are spread evenly over 1 to dim−1, or from 0 if from0: units of
// degree 0 see no column and are of use with a context only.
func SequentialDegrees(dim int, hidden []int, from0 bool) [][]int {
	least := leastDegree(dim, from0)
	span := dim - least
	degrees := make([][]int, len(hidden))
	for l, h := range hidden {
		degrees[l] = make([]int, h)
		for j := range h {
			degrees[l][j] = least + ((j+1)*span+h-1)/h - 1
		}
	}
	return degrees
}

// GroupedDegrees returns degrees for the hidden layers of a [MADE] of dim columns whose outputs see whole groups of columns: the first ⌈dim/groups⌉ in
// the order, which see none, the next as many, which see the first group, and so on. With two groups it is the network of a coupling, with
// dim groups that of SequentialDegrees. Units are spread evenly over the groups, from no group on if from0. It panics unless
// there are from 1 to dim groups. Antoine Wehenkel, Gilles Louppe, Graphical Normalizing Flows, 2020, arXiv:2006.02548.
func GroupedDegrees(dim, groups int, hidden []int, from0 bool) [][]int {
	if groups < 1 || groups > dim {
		panic(fmt.Sprintf("masked: GroupedDegrees: got %d groups of %d columns, want from 1 to %d", groups, dim, dim))
	}
	size := (dim + groups - 1) / groups
	degrees := SequentialDegrees((dim+size-1)/size, hidden, from0)
	for _, layer := range degrees {
		for u := range layer {
			layer[u] *= size
		}
	}
	return degrees
}

// RandomDegrees returns sorted degrees for the hidden layers of a [MADE] of dim
// columns: uniform between the least degree of the layer before, at first 1 or
// with from0 0, and dim−1. Nil src is the process-wide source.
func RandomDegrees(dim int, hidden []int, from0 bool, src rand.Source) [][]int {
	r := rand.New(rng.Or(src))
	least := leastDegree(dim, from0)
	degrees := make([][]int, len(hidden))
	for l, h := range hidden {
		degrees[l] = make([]int, h)
		for j := range h {
			degrees[l][j] = least + r.IntN(dim-least)
		}
		slices.Sort(degrees[l])
		if h > 0 {
			least = degrees[l][0]
		}
	}
	return degrees
}

func leastDegree(dim int, from0 bool) int {
	if from0 || dim == 1 {
		return 0
	}
	return 1
}

// checkDegrees returns an error unless the degrees are sorted and from 0 to dim−1.
func checkDegrees(degrees []int, dim int) error {
	if len(degrees) == 0 {
		return fmt.Errorf("masked: MADE: got a hidden layer of 0 units, want at least 1")
	}
	if lo, hi := degrees[0], degrees[len(degrees)-1]; lo < 0 || hi >= dim || !slices.IsSorted(degrees) {
		return fmt.Errorf("masked: MADE: got degrees from %d to %d, want them sorted and from 0 to %d", lo, hi, dim-1)
	}
	return nil
}

// checkOrder returns an error unless order is empty or has each of 0 to dim−1 once.
func checkOrder(order []int, dim int) error {
	seen := make([]bool, dim)
	for i, j := range order {
		if j < 0 || j >= dim || seen[j] {
			return fmt.Errorf("masked: MADE: got column %d at place %d of the order, want each of 0 to %d once", j, i, dim-1)
		}
		seen[j] = true
	}
	if len(order) != dim && len(order) != 0 {
		return fmt.Errorf("masked: MADE: got an order of %d columns, want %d", len(order), dim)
	}
	return nil
}

// offsets returns, for m = 0 … dim, how many of the sorted degrees are below m.
func offsets(degrees []int, dim int) []int {
	off := make([]int, dim+1)
	for _, d := range degrees {
		off[d+1]++
	}
	for m := range dim {
		off[m+1] += off[m]
	}
	return off
}

// every returns the offsets of dim groups of k units.
func every(k, dim int) []int {
	off := make([]int, dim+1)
	for m := range off {
		off[m] = m * k
	}
	return off
}
