package bijector

import (
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/rng"
)

// Permute puts the columns in another order:
//
//	yⱼ = x[Perm[j]],  log|det| = 0
//
// Both directions cost O(d) a row.
type Permute struct {
	Perm []int

	inverse []int
}

// NewPermute returns the map with the given order. It panics unless perm holds
// 0 to d−1, each once.
func NewPermute(perm ...int) *Permute {
	p := &Permute{Perm: append([]int(nil), perm...)}
	must(p.Restore())
	return p
}

// NewReverse returns the map that puts d columns in reverse order. It panics unless d is positive.
func NewReverse(d int) *Permute {
	perm := make([]int, max(d, 0))
	for j := range perm {
		perm[j] = d - 1 - j
	}
	return NewPermute(perm...)
}

// NewRandomPermute returns a random order of d columns, drawn once; nil src is
// the process-wide source. It panics unless d is positive.
func NewRandomPermute(d int, src rand.Source) *Permute {
	return NewPermute(rand.New(rng.Or(src)).Perm(max(d, 0))...)
}

// NewPermuteRows returns the map of matrices of len(perm)×cols elements, row by row, that puts
// their rows in another order. It panics unless cols is positive and perm holds 0 to len(perm)−1,
// each once.
func NewPermuteRows(cols int, perm ...int) *Permute {
	all := make([]int, 0, max(cols, 0)*len(perm))
	for _, i := range perm {
		for j := range cols {
			all = append(all, i*cols+j)
		}
	}
	return NewPermute(all...)
}

// NewTranspose returns the map of rows×cols matrices, row by row, to their transposes. It panics
// unless both are positive.
func NewTranspose(rows, cols int) *Permute {
	perm := make([]int, 0, max(rows, 0)*max(cols, 0))
	for j := range cols {
		for i := range rows {
			perm = append(perm, i*cols+j)
		}
	}
	return NewPermute(perm...)
}

// Restore checks the permutation and inverts it.
func (p *Permute) Restore() (err error) {
	p.inverse, err = invertPermutation("Permute", p.Perm, len(p.Perm))
	return err
}

func invertPermutation(what string, perm []int, d int) ([]int, error) {
	inverse, seen := make([]int, d), make([]bool, d)
	for j, i := range perm {
		if i < 0 || i >= d || seen[i] {
			return nil, fmt.Errorf("bijector: %s: got column %d at place %d of the order, want each of 0 to %d once", what, i, j, d-1)
		}
		inverse[i], seen[i] = j, true
	}
	if len(perm) != d || d == 0 {
		return nil, fmt.Errorf("bijector: %s: got %d columns in order, want %d and at least one", what, len(perm), d)
	}
	return inverse, nil
}

// Forward returns the columns of x in the given order.
func (p *Permute) Forward(x autodiff.Var) autodiff.Var {
	wantCols("Permute", x, len(p.Perm))
	return x.Gather(p.Perm)
}

// Inverse puts the columns back.
func (p *Permute) Inverse(y autodiff.Var) autodiff.Var {
	wantCols("Permute", y, len(p.Perm))
	return y.Gather(p.inverse)
}

// ILDJ returns 0.
func (p *Permute) ILDJ(y autodiff.Var) autodiff.Var { return zero(y) }
