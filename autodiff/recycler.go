package autodiff

import "math/bits"

// A recycler hands out float64 slices and takes them back for reuse: memory that is hot
// in the cache is used again. In the steady state it never allocates.
type recycler struct {
	all, free [][]float64
}

// get returns n elements of unspecified value. It searches the free slices,
// last in first out: few sizes are in use at a time.
func (r *recycler) get(n int) []float64 {
	size := roundUp(n)
	for i := len(r.free) - 1; i >= 0; i-- {
		if v := r.free[i]; cap(v) == size {
			last := len(r.free) - 1
			r.free[i] = r.free[last]
			r.free = r.free[:last]
			return v[:n]
		}
	}
	v := make([]float64, size)
	r.all = append(r.all, v)
	return v[:n]
}

// put takes back what get gave.
func (r *recycler) put(v []float64) { r.free = append(r.free, v) }

// reset takes everything back.
func (r *recycler) reset() { r.free = append(r.free[:0], r.all...) }

// roundUp returns the least integer of at least 8 and n that has four binary digits
// and zeros after them, so that batches of similar size share slices.
func roundUp(n int) int {
	shift := max(bits.Len(uint(max(n, 1)-1))-4, 3)
	return max((n+1<<shift-1)>>shift<<shift, 8)
}
