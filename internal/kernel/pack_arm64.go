//go:build !purego

package kernel

// packTransposed copies a panel of B whose columns are rows in memory.
func (g *grid[T]) packTransposed(dst []T, j, cols, l, d int) {
	w := g.whole(cols)
	for s := range cols {
		from := (j+s)*g.bCol + l
		for r, v := range g.b[from : from+d] {
			dst[r*w+s] = v
		}
	}
}
