//go:build !purego

package kernel

// Cache blocking. It changes no bits: a chain that is cut goes on from C.
const (
	maxDepth = 256       // of A and B: a panel of 16 columns of B fills half of L1, of 32 columns all
	maxBlock = 32 * 1024 // numbers of A that stay in L2 while all panels pass
	minBlock = 96        // rows of A in a block
)

// fast computes the product with the active tier's assembly, if there is one.
func (p *product) fast() bool {
	switch active {
	case avx2:
		p.onGrid(avx2, 4)
	case avx512:
		p.onGrid(avx512, 8)
	default:
		return false
	}
	return true
}

// onGrid computes the product, or its transpose where that is less work, with
// the assembly of tier t.
func (p *product) onGrid(t tier, lanes int) {
	if p.thin(lanes) {
		p.transposed(t, lanes)
		return
	}
	g := grid{product: p, tier: t, lanes: lanes, wide: widest(p.m, lanes)}
	g.compute()
}

// widest returns how many vectors wide panels are for m rows: few rows need
// wide panels to keep enough chains in flight.
func widest(m, lanes int) int {
	switch {
	case m == 1 || m == 2 && lanes == 8:
		return 8
	case m <= 2 || lanes == 8:
		return 4
	}
	return 2
}

// A grid cuts a product into panels for the assembly.
type grid struct {
	*product
	tier   tier
	lanes  int
	wide   int       // vectors of the widest panels
	packed []float64 // the panels of the current depth of B, or nil
}

// compute runs over blocks of depth, then blocks of rows, then panels.
func (g *grid) compute() {
	depth := g.k
	if depth > maxDepth {
		cuts := (depth + maxDepth - 1) / maxDepth
		depth = (depth + cuts - 1) / cuts
	}
	if g.bCol != 1 || g.thrashes() {
		buf := scratch.Get().(*[]float64)
		defer scratch.Put(buf)
		*buf = grow(*buf, g.packedLen(depth))
		g.packed = *buf
	}
	rows := g.m
	if rows > minBlock {
		rows = max(maxBlock/depth/24*24, minBlock)
	}
	for l := 0; l < g.k; l += depth {
		d := min(depth, g.k-l)
		if g.packed != nil {
			g.pack(l, d)
		}
		for i := 0; i < g.m; i += rows {
			r := min(rows, g.m-i)
			g.block(i, r, l, d)
			if l+d == g.k {
				g.tanh(i, i+r)
			}
		}
	}
}

// thrashes reports whether the rows of a narrow panel of B, read in place, fall
// into the same few lines of L1 while many rows of A want them.
func (g *grid) thrashes() bool {
	return g.lanes == 4 && g.bRow%512 == 0 && g.m >= 64 && g.k >= 64
}

// block adds the terms [l, l+d) of the sums to rows rows of C from i on.
func (g *grid) block(i, rows, l, d int) {
	p := panel{rows: rows, depth: d, aRow: 8 * g.aRow, aCol: 8 * g.aCol, cRow: 8 * g.cRow, bRow: 8 * g.bRow}
	p.a = &g.a[i*g.aRow+l*g.aCol]
	if l+d == g.k && g.act == ReLU {
		p.relu = 1
	}
	for j := 0; j < g.n; {
		vecs, cols := g.width(j)
		p.mask = 1<<cols - 1
		if g.packed != nil {
			p.b, p.bRow = &g.packed[j*d], 8*g.whole(cols)
		} else {
			p.b = &g.b[l*g.bRow+j]
		}
		p.c = &g.c[i*g.cRow+j]
		switch {
		case l > 0:
			p.start, p.startRow = p.c, p.cRow
		case g.start != nil:
			p.start, p.startRow = &g.start[i*g.startRow+j], 8*g.startRow
		default:
			p.start, p.startRow = &noStart[0], 0
		}
		p.run(g.tier, vecs)
		j += cols
	}
}

// width returns the vectors and the columns of the panel that starts at
// column j: the widest that is full, or partial where that saves one.
func (g *grid) width(j int) (vecs, cols int) {
	left := g.n - j
	vecs = g.wide
	for vecs > 1 && left < vecs*g.lanes {
		if left > vecs/2*g.lanes && vecs <= g.lanes/2 {
			break
		}
		vecs /= 2
	}
	return vecs, min(left, vecs*g.lanes)
}

// whole rounds a number of columns up to whole vectors.
func (g *grid) whole(cols int) int { return (cols + g.lanes - 1) / g.lanes * g.lanes }
