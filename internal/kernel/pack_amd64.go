//go:build !purego

package kernel

import "unsafe"

// A packing is the argument of the assembly that transposes a few long rows
// into a panel. The generator knows the offsets of its fields; distances are in
// bytes. It writes whole vectors, and up to 7 rows past the end.
type packing struct {
	cols, rows int
	src        unsafe.Pointer
	srcRow     int
	dst        unsafe.Pointer
	dstRow     int
}

// packTransposed copies a panel of B whose columns are rows in memory.
func (g *grid[T]) packTransposed(dst []T, j, cols, l, d int) {
	size := sizeOf[T]()
	step := 8
	if g.tier == avx2 && size == 8 {
		step = 4
	}
	q := packing{cols: d, srcRow: size * g.bCol, dstRow: size * g.whole(cols)}
	for s := 0; s < cols; s += step {
		q.rows = min(step, cols-s)
		q.src = unsafe.Pointer(&g.b[(j+s)*g.bCol+l])
		q.dst = unsafe.Pointer(&dst[s])
		switch {
		case size == 4:
			pack32(&q)
		case step == 8:
			pack512(&q)
		default:
			pack256(&q)
		}
	}
}
