//go:build !purego

package kernel

// multiplies reports whether there are panels of such elements.
func multiplies[T number]() bool { return true }

// masks reports whether panels of such elements may be partly filled: of float32 only by two columns or by one.
func masks[T number]() bool { return sizeOf[T]() == 8 }

// vectorBytes returns the bytes of a vector.
func vectorBytes(tier) int { return 16 }

// run computes the panel, vecs vectors wide and of elements of size bytes.
func (p *panel) run(_ tier, vecs, size int) {
	if size == 4 {
		p.run32(vecs)
		return
	}
	full := p.mask == 1<<(2*vecs)-1
	switch {
	case vecs == 1 && full:
		panel128x1(p)
	case vecs == 1:
		panel128x1m(p)
	case vecs == 2 && full:
		panel128x2(p)
	case vecs == 2:
		panel128x2m(p)
	case vecs == 4:
		panel128x4(p)
	case vecs == 8:
		panel128x8(p)
	}
}

// run32 computes a panel of float32: of whole vectors, of two columns or of one.
func (p *panel) run32(vecs int) {
	switch {
	case p.mask == 1:
		panel32f32x1(p)
	case p.mask == 3:
		panel64f32x1(p)
	case vecs == 1:
		panel128f32x1(p)
	case vecs == 2:
		panel128f32x2(p)
	case vecs == 4:
		panel128f32x4(p)
	case vecs == 8:
		panel128f32x8(p)
	}
}
