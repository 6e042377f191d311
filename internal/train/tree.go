package train

import (
	"math/bits"
	"sync"

	"github.com/normflow/normflow/internal/kernel"
)

// A tree adds the sums of its leaves, a power of two, by a fixed binary tree:
//
//	(s₀ + s₁) + (s₂ + s₃)
//
// so the result is the same whoever computes a leaf, and when; and that of half the
// leaves is one half of a sum whose other half another machine may have. Whoever
// finishes the second of two siblings adds them. Leaves are begun in order, so
// that few sums wait for their siblings: w workers need no more than
// w + ⌈log₂(leaves/w)⌉ buffers to all have work.
type tree struct {
	leaves int

	mu    sync.Mutex
	freed *sync.Cond  // there is a free buffer, or no leaf to begin
	free  [][]float64 // buffers
	next  int         // leaf to begin
	sums  [][]float64 // that are complete and wait for their siblings: 1 is the root, 2k and 2k+1 the children of k
}

// newTree returns a tree of sums of so many values.
func newTree(leaves, workers, values int) *tree {
	t := &tree{leaves: leaves, sums: make([][]float64, 2*leaves)}
	t.freed = sync.NewCond(&t.mu)
	for range workers + bits.Len(uint((leaves-1)/workers)) {
		t.free = append(t.free, make([]float64, values))
	}
	return t
}

// begin frees the sums of last time.
func (t *tree) begin() {
	for k, s := range t.sums {
		if s != nil {
			t.free = append(t.free, s)
			t.sums[k] = nil
		}
	}
	t.next = 0
}

// take returns the next leaf and a buffer for its sum, once there is one; ok is false if all leaves
// are begun. As all but log₂(leaves) of the sums that wait are for siblings that have been begun,
// there will be.
func (t *tree) take() (leaf int, sum []float64, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.next < t.leaves && len(t.free) == 0 {
		t.freed.Wait()
	}
	if t.next == t.leaves {
		return 0, nil, false
	}
	leaf, sum = t.next, t.free[len(t.free)-1]
	t.free = t.free[:len(t.free)-1]
	if t.next++; t.next == t.leaves {
		t.freed.Broadcast()
	}
	return leaf, sum, true
}

// add puts the sum of a leaf in, and adds it to those that have waited for it, but for the
// root's children.
func (t *tree) add(leaf int, sum []float64) {
	for k := t.leaves + leaf; ; k /= 2 {
		sibling := t.swap(k, sum)
		if sibling == nil {
			return
		}
		kernel.Accumulate(sum, sibling)
		t.giveBack(sibling)
	}
}

// swap returns the sum of k's sibling, if that is complete and not the root's child; else it leaves
// k's own for the sibling to find.
func (t *tree) swap(k int, sum []float64) (sibling []float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if k <= 3 || t.sums[k^1] == nil {
		t.sums[k] = sum
		return nil
	}
	sibling, t.sums[k^1] = t.sums[k^1], nil
	return sibling
}

func (t *tree) giveBack(sum []float64) {
	t.mu.Lock()
	t.free = append(t.free, sum)
	t.freed.Signal()
	t.mu.Unlock()
}

// addPart is how many values of the root's children are added at a time.
const addPart = 1 << 14

// parts returns in how many parts the root's children are added.
func (t *tree) parts() int {
	if t.leaves == 1 {
		return 0
	}
	return (len(t.sums[2]) + addPart - 1) / addPart
}

// addPart adds part i of the root's children.
func (t *tree) addPart(i int) {
	left, right := t.sums[2], t.sums[3]
	from, to := i*addPart, min((i+1)*addPart, len(left))
	kernel.Accumulate(left[from:to], right[from:to])
}

// root returns the sum of all leaves, when all parts are added; it is valid until begin.
func (t *tree) root() []float64 { return t.sums[min(t.leaves, 2)] }
