package kernel

// generic computes the product without assembly.
func (p *product[T]) generic() {
	switch p := any(p).(type) {
	case *product[float64]:
		generic64(p)
	case *product[float32]:
		generic32(p)
	}
}

// generic64 works in blocks of 2×4 elements that live in registers.
func generic64(p *product[float64]) {
	for i := 0; i < p.m; i += 2 {
		for j := 0; j < p.n; j += 4 {
			if i+2 <= p.m && j+4 <= p.n {
				block2x4(p, i, j)
				continue
			}
			for r := i; r < min(i+2, p.m); r++ {
				for s := j; s < min(j+4, p.n); s++ {
					element(p, r, s, FMA)
				}
			}
		}
	}
}

// generic32 works in the same blocks.
func generic32(p *product[float32]) {
	for i := 0; i < p.m; i += 2 {
		for j := 0; j < p.n; j += 4 {
			if i+2 <= p.m && j+4 <= p.n {
				block2x4in32(p, i, j)
				continue
			}
			for r := i; r < min(i+2, p.m); r++ {
				for s := j; s < min(j+4, p.n); s++ {
					element(p, r, s, fma32)
				}
			}
		}
	}
}

// element computes one element of the product.
func element[T number](p *product[T], i, j int, fma func(x, y, z T) T) {
	c := p.startAt(i, j)
	a, b := i*p.aRow, j*p.bCol
	for range p.k {
		c = fma(p.a[a], p.b[b], c)
		a += p.aCol
		b += p.bRow
	}
	p.store(i, j, c)
}

// block2x4 computes two rows of four columns of the product.
func block2x4(p *product[float64], i, j int) {
	if fastBlock(p, i, j) {
		return
	}
	c00, c01, c02, c03 := p.startAt(i, j), p.startAt(i, j+1), p.startAt(i, j+2), p.startAt(i, j+3)
	c10, c11, c12, c13 := p.startAt(i+1, j), p.startAt(i+1, j+1), p.startAt(i+1, j+2), p.startAt(i+1, j+3)
	a, b := i*p.aRow, j*p.bCol
	for range p.k {
		a0, a1 := p.a[a], p.a[a+p.aRow]
		b0, b1, b2, b3 := p.b[b], p.b[b+p.bCol], p.b[b+2*p.bCol], p.b[b+3*p.bCol]
		c00, c01, c02, c03 = FMA(a0, b0, c00), FMA(a0, b1, c01), FMA(a0, b2, c02), FMA(a0, b3, c03)
		c10, c11, c12, c13 = FMA(a1, b0, c10), FMA(a1, b1, c11), FMA(a1, b2, c12), FMA(a1, b3, c13)
		a += p.aCol
		b += p.bRow
	}
	p.storeFour(i, j, c00, c01, c02, c03)
	p.storeFour(i+1, j, c10, c11, c12, c13)
}

// block2x4in32 computes two rows of four columns; the steps of fma32 stand here so that they need no call.
func block2x4in32(p *product[float32], i, j int) {
	if fastBlock32(p, i, j) {
		return
	}
	c00, c01, c02, c03 := p.startAt(i, j), p.startAt(i, j+1), p.startAt(i, j+2), p.startAt(i, j+3)
	c10, c11, c12, c13 := p.startAt(i+1, j), p.startAt(i+1, j+1), p.startAt(i+1, j+2), p.startAt(i+1, j+3)
	a, b := i*p.aRow, j*p.bCol
	for range p.k {
		a0, a1 := p.a[a], p.a[a+p.aRow]
		b0, b1, b2, b3 := p.b[b], p.b[b+p.bCol], p.b[b+2*p.bCol], p.b[b+3*p.bCol]
		x, y, y0, y1, y2, y3 := float64(a0), float64(a1), float64(b0), float64(b1), float64(b2), float64(b3)
		s0, s1, s2, s3 := x*y0+float64(c00), x*y1+float64(c01), x*y2+float64(c02), x*y3+float64(c03)
		if tied(s0) || tied(s1) || tied(s2) || tied(s3) {
			c00, c01, c02, c03 = fma32(a0, b0, c00), fma32(a0, b1, c01), fma32(a0, b2, c02), fma32(a0, b3, c03)
		} else {
			c00, c01, c02, c03 = float32(s0), float32(s1), float32(s2), float32(s3)
		}
		s0, s1, s2, s3 = y*y0+float64(c10), y*y1+float64(c11), y*y2+float64(c12), y*y3+float64(c13)
		if tied(s0) || tied(s1) || tied(s2) || tied(s3) {
			c10, c11, c12, c13 = fma32(a1, b0, c10), fma32(a1, b1, c11), fma32(a1, b2, c12), fma32(a1, b3, c13)
		} else {
			c10, c11, c12, c13 = float32(s0), float32(s1), float32(s2), float32(s3)
		}
		a += p.aCol
		b += p.bRow
	}
	p.storeFour(i, j, c00, c01, c02, c03)
	p.storeFour(i+1, j, c10, c11, c12, c13)
}

// startAt returns the value that the chain of element i, j starts from.
func (p *product[T]) startAt(i, j int) T {
	if p.start == nil {
		return 0
	}
	return p.start[i*p.startRow+j]
}

// storeFour sets the four elements from i, j on.
func (p *product[T]) storeFour(i, j int, c0, c1, c2, c3 T) {
	p.store(i, j, c0)
	p.store(i, j+1, c1)
	p.store(i, j+2, c2)
	p.store(i, j+3, c3)
}

// store sets element i, j of C, after the ReLU if there is one.
func (p *product[T]) store(i, j int, c T) {
	if p.act == ReLU && c < 0 {
		c = 0
	}
	p.c[i*p.cRow+j] = c
}
