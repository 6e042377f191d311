//go:build !purego

package kernel

import "sync"

// A packing is the argument of the assembly that transposes a few long rows
// into a panel. The generator knows the offsets of its fields; distances are in
// bytes. It writes whole vectors, and up to 7 rows past the end.
type packing struct {
	cols, rows int
	src        *float64
	srcRow     int
	dst        *float64
	dstRow     int
}

// scratch holds slices for packed panels.
var scratch = sync.Pool{New: func() any { return new([]float64) }}

// grow returns a slice of n numbers, x itself if it is long enough.
func grow(x []float64, n int) []float64 {
	if cap(x) < n {
		return make([]float64, n)
	}
	return x[:n]
}

// packedLen returns the length of the packed panels of the given depth, with the
// room that the packers need past the end.
func (g *grid) packedLen(depth int) int {
	return depth*g.whole(g.n) + 7*g.wide*g.lanes
}

// pack copies the rows [l, l+d) of B into panels one after the other.
func (g *grid) pack(l, d int) {
	for j := 0; j < g.n; {
		_, cols := g.width(j)
		if g.bCol == 1 {
			g.packCopy(g.packed[j*d:], j, cols, l, d)
		} else {
			g.packTransposed(g.packed[j*d:], j, cols, l, d)
		}
		j += cols
	}
}

// packCopy copies a panel of B.
func (g *grid) packCopy(dst []float64, j, cols, l, d int) {
	w := g.whole(cols)
	for r := range d {
		from := (l+r)*g.bRow + j
		copy(dst[r*w:], g.b[from:from+cols])
	}
}

// packTransposed copies a panel of B whose columns are rows in memory.
func (g *grid) packTransposed(dst []float64, j, cols, l, d int) {
	q := packing{cols: d, srcRow: 8 * g.bCol, dstRow: 8 * g.whole(cols)}
	for s := 0; s < cols; s += g.lanes {
		q.rows = min(g.lanes, cols-s)
		q.src = &g.b[(j+s)*g.bCol+l]
		q.dst = &dst[s]
		if g.tier == avx512 {
			pack512(&q)
		} else {
			pack256(&q)
		}
	}
}
