//go:build !purego

package kernel

// blocks calls f for whole blocks of 16 of n elements, from element i on, and
// returns how many elements these are: none without assembly.
func blocks(n int, f func(i, n int)) int {
	if active == generic {
		return 0
	}
	n &^= 15
	for i := 0; i < n; i += chunk {
		f(i, min(n-i, chunk))
	}
	return n
}

func fastNarrow(dst []float32, x []float64) int {
	return blocks(len(x), func(i, n int) {
		if active == avx512 {
			narrow512(&dst[i], &x[i], n)
		} else {
			narrow256(&dst[i], &x[i], n)
		}
	})
}

func fastWiden(dst []float64, x []float32) int {
	return blocks(len(x), func(i, n int) {
		if active == avx512 {
			widen512(&dst[i], &x[i], n)
		} else {
			widen256(&dst[i], &x[i], n)
		}
	})
}

func fastWidenAdd(dst []float64, x []float32) int {
	return blocks(len(x), func(i, n int) {
		if active == avx512 {
			widenAdd512(&dst[i], &x[i], n)
		} else {
			widenAdd256(&dst[i], &x[i], n)
		}
	})
}

func fastRelu32(y, x []float32) int {
	return blocks(len(x), func(i, n int) {
		if active == avx512 {
			singleReLU512(&y[i], &x[i], n)
		} else {
			singleReLU256(&y[i], &x[i], n)
		}
	})
}

func fastAdd32(y, x []float32) int {
	return blocks(len(x), func(i, n int) {
		if active == avx512 {
			singleAdd512(&y[i], &x[i], n)
		} else {
			singleAdd256(&y[i], &x[i], n)
		}
	})
}

func fastReluMask32(dz, dy, y []float32) int {
	return blocks(len(y), func(i, n int) {
		if active == avx512 {
			singleReLUMask512(&dz[i], &dy[i], &y[i], n)
		} else {
			singleReLUMask256(&dz[i], &dy[i], &y[i], n)
		}
	})
}

func fastTanhMask32(dz, dy, y []float32) int {
	return blocks(len(y), func(i, n int) {
		if active == avx512 {
			singleTanhMask512(&dz[i], &dy[i], &y[i], n)
		} else {
			singleTanhMask256(&dz[i], &dy[i], &y[i], n)
		}
	})
}

// hasRounded reports whether there is fastRounded.
func hasRounded() bool { return active != generic }

// fastRounded adds x·w to y of 8, 16, … elements: x has one or eight.
func fastRounded(y, x []float32, w []float64, stride int) {
	_ = w[(len(x)-1)*stride+len(y)-1]
	switch {
	case active == avx512 && len(x) == 8:
		rounded8x512(&y[0], &x[0], &w[0], 8*stride, len(y))
	case active == avx512:
		rounded1x512(&y[0], &x[0], &w[0], 8*stride, len(y))
	case len(x) == 8:
		rounded8x256(&y[0], &x[0], &w[0], 8*stride, len(y))
	default:
		rounded1x256(&y[0], &x[0], &w[0], 8*stride, len(y))
	}
}
