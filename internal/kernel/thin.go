//go:build (amd64 || arm64) && !purego

package kernel

// thin reports whether the transpose, Cᵀ = Bᵀ·Aᵀ, is less work: C is tall and
// narrow, A is stored transposed, and nothing acts on whole rows of C.
func (p *product[T]) thin(lanes int) bool {
	if p.aRow != 1 || p.bCol != 1 || p.act != Linear || p.start != nil && p.startRow == 0 {
		return false
	}
	direct := p.m * ((p.n + lanes - 1) / lanes)
	swapped := p.n * ((p.m + lanes - 1) / lanes)
	return 4*swapped < 3*direct
}

// transposed computes the transpose of a product and transposes it back. The
// factors of each term change places, the order of the terms does not: the bits
// are the same.
func (p *product[T]) transposed(t tier) {
	buf := getScratch[T]()
	defer putScratch(buf)
	*buf = grow(*buf, p.m*p.n)
	c := *buf
	q := product[T]{m: p.n, n: p.m, k: p.k, a: p.b, aRow: 1, aCol: p.bRow, b: p.a, bRow: p.aCol, bCol: 1, c: c, cRow: p.m}
	if p.start != nil {
		for i := range p.m {
			for j := range p.n {
				c[j*p.m+i] = p.start[i*p.startRow+j]
			}
		}
		q.start, q.startRow = c, p.m
	}
	g := newGrid(&q, t)
	g.compute()
	for i := range p.m {
		for j := range p.n {
			p.c[i*p.cRow+j] = c[j*p.m+i]
		}
	}
}
