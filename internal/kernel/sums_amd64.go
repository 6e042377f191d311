//go:build !purego

package kernel

// fastSum adds x to the lanes.
func (l *lanes) fastSum(x []float64) bool {
	if active == generic {
		return false
	}
	for i := 0; i < len(x); i += chunk {
		n := min(len(x)-i, chunk)
		if active == avx512 {
			sum512(&l[0], &x[i], n)
		} else {
			sum256(&l[0], &x[i], n)
		}
	}
	return true
}

// fastDot adds x·y to the lanes.
func (l *lanes) fastDot(x, y []float64) bool {
	if active == generic {
		return false
	}
	for i := 0; i < len(x); i += chunk {
		n := min(len(x)-i, chunk)
		if active == avx512 {
			dot512(&l[0], &x[i], &y[i], n)
		} else {
			dot256(&l[0], &x[i], &y[i], n)
		}
	}
	return true
}

// fastRowSum does RowSum, or SquareRowSum, for rows that are not too long.
func fastRowSum(dst, x []float64, rows, cols int, square bool) bool {
	if active == generic || cols > chunk {
		return false
	}
	dst, x = dst[:rows], x[:rows*cols]
	step := chunk / cols
	for i := 0; i < rows; i += step {
		n, d, v := min(step, rows-i), &dst[i], &x[i*cols]
		switch {
		case active == avx512 && square:
			squareRowSum512(d, v, n, cols)
		case active == avx512:
			rowSum512(d, v, n, cols)
		case square:
			squareRowSum256(d, v, n, cols)
		default:
			rowSum256(d, v, n, cols)
		}
	}
	return true
}

// tallest is how many rows fastColSum takes. It cannot cut them, for their lanes
// would be added twice, so it cuts columns.
const tallest = 1 << 18

// fastColSum does ColSum.
func fastColSum(dst, x []float64, rows, cols int) bool {
	if active == generic || rows > tallest {
		return false
	}
	dst, x = dst[:cols], x[:rows*cols]
	if cols < 8 {
		narrowColSum(dst, x, rows, cols)
		return true
	}
	step := max(8, 4*chunk/rows&^7)
	for j := 0; j < cols; j += step {
		n := min(step, cols-j)
		if active == avx512 {
			colSum512(&dst[j], &x[j], rows, n, 8*cols)
		} else {
			colSum256(&dst[j], &x[j], rows, n, 8*cols)
		}
	}
	return true
}

// narrowColSum is ColSum for up to 7 columns and at least one row.
func narrowColSum(dst, x []float64, rows, cols int) {
	var l [4 * 7]float64
	if rows >= 4 {
		colSumNarrow(&l[0], &x[0], rows/4, cols)
	}
	for i, v := range x[rows&^3*cols:] {
		l[i] += v
	}
	for j := range dst {
		dst[j] += (l[j] + l[2*cols+j]) + (l[cols+j] + l[3*cols+j])
	}
}
