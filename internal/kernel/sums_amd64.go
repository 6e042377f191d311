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

// fast does r for rows that are not too long; y may be nil.
func (r rowReduction) fast(dst, x, y []float64, rows, cols int) bool {
	if active == generic || cols > chunk {
		return false
	}
	dst, x = dst[:rows], x[:rows*cols]
	step := chunk / cols
	for i := 0; i < rows; i += step {
		n, d, v := min(step, rows-i), &dst[i], &x[i*cols]
		wide := active == avx512
		switch {
		case r == rowSum && wide:
			rowSum512(d, v, n, cols)
		case r == rowSum:
			rowSum256(d, v, n, cols)
		case r == rowSquares && wide:
			squareRowSum512(d, v, n, cols)
		case r == rowSquares:
			squareRowSum256(d, v, n, cols)
		case r == rowLargest && wide:
			rowMax512(d, v, n, cols)
		case r == rowLargest:
			rowMax256(d, v, n, cols)
		case wide:
			rowDot512(d, v, &y[i*cols:][:n*cols][0], n, cols)
		default:
			rowDot256(d, v, &y[i*cols:][:n*cols][0], n, cols)
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
