//go:build (amd64 || arm64) && !purego

package kernel

import "sync"

// Slices for packed panels and transposes.
var (
	scratch64 = sync.Pool{New: func() any { return new([]float64) }}
	scratch32 = sync.Pool{New: func() any { return new([]float32) }}
)

// getScratch returns a slice to be given back with putScratch.
func getScratch[T number]() *[]T {
	if sizeOf[T]() == 8 {
		return scratch64.Get().(*[]T)
	}
	return scratch32.Get().(*[]T)
}

func putScratch[T number](x *[]T) {
	if sizeOf[T]() == 8 {
		scratch64.Put(x)
	} else {
		scratch32.Put(x)
	}
}

// grow returns a slice of n elements, x itself if it is long enough.
func grow[T number](x []T, n int) []T {
	if cap(x) < n {
		return make([]T, n)
	}
	return x[:n]
}

// packedLen returns the length of packed panels of the given depth and columns in
// all, with the memory that the packers need past the end.
func (g *grid[T]) packedLen(depth, cols int) int {
	return depth*g.whole(cols) + 7*g.wide*g.lanes
}

// pack copies the rows [l, l+d) and columns [first, end) of B into panels one after
// the other.
func (g *grid[T]) pack(first, end, l, d int) {
	for j := first; j < end; {
		_, cols := g.width(j, end)
		dst := g.packed[(j-first)*d:]
		if g.bCol == 1 {
			g.packCopy(dst, j, cols, l, d)
		} else {
			g.packTransposed(dst, j, cols, l, d)
		}
		j += cols
	}
}

// packCopy copies a panel of B.
func (g *grid[T]) packCopy(dst []T, j, cols, l, d int) {
	w := g.whole(cols)
	for r := range d {
		from := (l+r)*g.bRow + j
		copy(dst[r*w:], g.b[from:from+cols])
	}
}

// copyBlocks copies the columns [l, l+d) of A, which are rows in memory, in blocks
// of high rows.
func (g *grid[T]) copyBlocks(l, d int) {
	dst := g.copied
	for i := 0; i < g.m; i += g.high {
		rows := min(g.high, g.m-i)
		for c := range d {
			from := (l+c)*g.aCol + i
			copy(dst[c*g.copyRow():], g.a[from:from+rows])
		}
		dst = dst[d*g.copyRow():]
	}
}

// copyRow is the distance between the columns of a copied block: not a power of two.
func (g *grid[T]) copyRow() int { return g.high + g.lanes }
