//go:build !purego

package kernel

// multiplies reports whether there are panels of such elements: none of float32.
func multiplies[T number]() bool { return sizeOf[T]() == 8 }

// vectorBytes returns the bytes of a vector.
func vectorBytes(tier) int { return 16 }

// run computes the panel, vecs vectors wide.
func (p *panel) run(_ tier, vecs, _ int) {
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
