//go:build !purego

package kernel

// multiplies reports whether there are panels of such elements.
func multiplies[T number]() bool { return true }

// masks reports whether panels of such elements may be partly filled.
func masks[T number]() bool { return true }

// vectorBytes returns the bytes of a vector.
func vectorBytes(t tier) int {
	if t == avx512 {
		return 64
	}
	return 32
}

// run computes the panel, vecs vectors wide and of elements of size bytes, with
// the assembly of tier t.
func (p *panel) run(t tier, vecs, size int) {
	switch {
	case t == avx512 && size == 8:
		p.run512(vecs)
	case t == avx512:
		p.run512f32(vecs)
	case size == 8:
		p.run256(vecs)
	default:
		p.run256f32(vecs)
	}
}

func (p *panel) run512(vecs int) {
	full := p.mask == 1<<(8*vecs)-1
	switch {
	case vecs == 1 && full:
		panel512x1(p)
	case vecs == 1:
		panel512x1m(p)
	case vecs == 2 && full:
		panel512x2(p)
	case vecs == 2:
		panel512x2m(p)
	case vecs == 3 && full:
		panel512x3(p)
	case vecs == 3:
		panel512x3m(p)
	case vecs == 4 && full:
		panel512x4(p)
	case vecs == 4:
		panel512x4m(p)
	case vecs == 8:
		panel512x8(p)
	}
}

func (p *panel) run256(vecs int) {
	full := p.mask == 1<<(4*vecs)-1
	switch {
	case vecs == 1 && full:
		panel256x1(p)
	case vecs == 1:
		panel256x1m(p)
	case vecs == 2 && full:
		panel256x2(p)
	case vecs == 2:
		panel256x2m(p)
	case vecs == 4:
		panel256x4(p)
	case vecs == 8:
		panel256x8(p)
	}
}

func (p *panel) run512f32(vecs int) {
	full := p.mask == 1<<(16*vecs)-1
	switch {
	case vecs == 1 && full:
		panel512f32x1(p)
	case vecs == 1:
		panel512f32x1m(p)
	case vecs == 2 && full:
		panel512f32x2(p)
	case vecs == 2:
		panel512f32x2m(p)
	case vecs == 3 && full:
		panel512f32x3(p)
	case vecs == 3:
		panel512f32x3m(p)
	case vecs == 4 && full:
		panel512f32x4(p)
	case vecs == 4:
		panel512f32x4m(p)
	case vecs == 8:
		panel512f32x8(p)
	}
}

func (p *panel) run256f32(vecs int) {
	full := p.mask == 1<<(8*vecs)-1
	switch {
	case vecs == 1 && full:
		panel256f32x1(p)
	case vecs == 1:
		panel256f32x1m(p)
	case vecs == 2 && full:
		panel256f32x2(p)
	case vecs == 2:
		panel256f32x2m(p)
	case vecs == 4:
		panel256f32x4(p)
	case vecs == 8:
		panel256f32x8(p)
	}
}
