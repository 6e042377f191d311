//go:build (amd64 || arm64) && !purego

package kernel

import "unsafe"

// Cache blocking. It changes no bits: a chain that is cut goes on from C.
const (
	maxDepth = 256       // of A and B: a panel of 16 columns of B fills half of L1, of 32 columns all
	maxBlock = 32 * 1024 // elements of A that stay in L2 while all panels pass
	maxStrip = 2048      // bytes in a row of B, of which maxDepth stay in L2 while all blocks pass
	minBlock = 96        // rows of A in a block
	maxRows  = 4096      // of a block: assembly cannot be preempted
)

// fast computes the product with the active tier's assembly, if there is one.
func (p *product[T]) fast() bool {
	if active == generic || !multiplies[T]() {
		return false
	}
	g := newGrid(p, active)
	if p.thin(g.lanes) {
		p.transposed(active)
	} else {
		g.compute()
	}
	return true
}

// A grid cuts a product into panels for the assembly.
type grid[T number] struct {
	*product[T]
	tier   tier
	big    bool // whether vectors are of 64 bytes, which few rows may leave partly empty
	lanes  int  // elements in a vector
	wide   int  // vectors in the widest panels
	high   int  // rows in a block of A
	packed []T  // the panels of the current strip of B, or nil
	copied []T  // the blocks of the current depth of A, or nil
}

// newGrid returns the grid of a product on tier t. Few rows need wide panels to
// keep enough chains in flight.
func newGrid[T number](p *product[T], t tier) grid[T] {
	bytes := vectorBytes(t)
	g := grid[T]{product: p, tier: t, big: bytes == 64, lanes: bytes / sizeOf[T](), wide: 2}
	if g.big {
		g.wide = 4
	}
	switch {
	case p.m == 1 || p.m == 2 && g.big:
		g.wide = 8
	case p.m == 2:
		g.wide = 4
	}
	return g
}

// compute runs over blocks of depth, then strips of columns, then blocks of rows, then
// panels.
func (g *grid[T]) compute() {
	depth := g.k
	if depth > maxDepth {
		cuts := (depth + maxDepth - 1) / maxDepth
		depth = (depth + cuts - 1) / cuts
	}
	g.high = g.m
	if g.m > minBlock {
		g.high = max(min(maxBlock/depth, maxRows)/24*24, minBlock)
	}
	strip := maxStrip / sizeOf[T]()
	if g.bCol != 1 || g.clash(g.bRow, g.m) {
		buf := getScratch[T]()
		defer putScratch(buf)
		*buf = grow(*buf, g.packedLen(depth, min(strip, g.n)))
		g.packed = *buf
	}
	if g.aCol != 1 && g.clash(g.aCol, g.n) {
		buf := getScratch[T]()
		defer putScratch(buf)
		*buf = grow(*buf, (g.m+g.high-1)/g.high*depth*g.copyRow())
		g.copied = *buf
	}
	for l := 0; l < g.k; l += depth {
		d := min(depth, g.k-l)
		if g.copied != nil {
			g.copyBlocks(l, d)
		}
		for j := 0; j < g.n; j += strip {
			end := min(j+strip, g.n)
			if g.packed != nil {
				g.pack(j, end, l, d)
			}
			for i := 0; i < g.m; i += g.high {
				r := min(g.high, g.m-i)
				g.block(i, r, j, end, l, d)
				if l+d == g.k && end == g.n {
					g.tanh(i, i+r)
				}
			}
		}
	}
}

// clash reports whether a factor whose rows in memory are ld elements apart is
// worth copying: its rows fall into the same few lines of the cache, and it is
// used often enough.
func (g *grid[T]) clash(ld, uses int) bool {
	return ld*sizeOf[T]()%4096 == 0 && uses > 8*g.lanes && g.k >= 16
}

// block adds the terms [l, l+d) of the sums to rows rows of C from i on, in the columns
// [first, end).
func (g *grid[T]) block(i, rows, first, end, l, d int) {
	size := sizeOf[T]()
	p := panel{rows: rows, depth: d, aRow: size * g.aRow, aCol: size * g.aCol, cRow: size * g.cRow, bRow: size * g.bRow}
	p.a = unsafe.Pointer(&g.a[i*g.aRow+l*g.aCol])
	if g.copied != nil {
		p.a, p.aCol = unsafe.Pointer(&g.copied[i/g.high*d*g.copyRow()]), size*g.copyRow()
	}
	if l+d == g.k && g.act == ReLU {
		p.relu = 1
	}
	for j := first; j < end; {
		vecs, cols := g.width(j, end)
		p.mask = 1<<cols - 1
		if g.packed != nil {
			p.b, p.bRow = unsafe.Pointer(&g.packed[(j-first)*d]), size*g.whole(cols)
		} else {
			p.b = unsafe.Pointer(&g.b[l*g.bRow+j])
		}
		p.c = unsafe.Pointer(&g.c[i*g.cRow+j])
		switch {
		case l > 0:
			p.start, p.startRow = p.c, p.cRow
		case g.start != nil:
			p.start, p.startRow = unsafe.Pointer(&g.start[i*g.startRow+j]), size*g.startRow
		default:
			p.start, p.startRow = unsafe.Pointer(&noStart), 0
		}
		p.run(g.tier, vecs, size)
		j += cols
	}
}

// width returns the vectors and the columns of the panel that starts at
// column j of those before end: the widest that is full, or partial where that
// saves a panel.
func (g *grid[T]) width(j, end int) (vecs, cols int) {
	left := end - j
	vecs = g.wide
	for vecs > 1 && left < vecs*g.lanes && !g.partial(vecs, left) {
		if vecs == 3 || vecs == 4 && g.big {
			vecs--
		} else {
			vecs /= 2
		}
	}
	cols = min(left, vecs*g.lanes)
	if cols == 3 && !masks[T]() {
		cols = 2
	}
	return vecs, cols
}

// partial reports whether a panel of vecs vectors is right for fewer columns
// than fill it. Rows that are too few to keep the processor busy otherwise take four
// vectors for three.
func (g *grid[T]) partial(vecs, left int) bool {
	if !masks[T]() {
		return false
	}
	switch vecs {
	case 2, 3:
		return left > (vecs-1)*g.lanes
	case 4:
		return g.big && (left > 3*g.lanes || left > 2*g.lanes && g.m < 8)
	}
	return false
}

// whole rounds a number of columns up to whole vectors, if these may be partly filled.
func (g *grid[T]) whole(cols int) int {
	if !masks[T]() {
		return cols
	}
	return (cols + g.lanes - 1) / g.lanes * g.lanes
}

// sizeOf returns the bytes of an element.
func sizeOf[T number]() int { return int(unsafe.Sizeof(T(0))) }
