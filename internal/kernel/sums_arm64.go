//go:build !purego

package kernel

// fastSum adds x to the lanes.
func (l *lanes) fastSum(x []float64) bool {
	if active == generic {
		return false
	}
	for i := 0; i < len(x); i += chunk {
		sum128(&l[0], &x[i], min(len(x)-i, chunk))
	}
	return true
}

// fastDot adds x·y to the lanes.
func (l *lanes) fastDot(x, y []float64) bool {
	if active == generic {
		return false
	}
	for i := 0; i < len(x); i += chunk {
		dot128(&l[0], &x[i], &y[i], min(len(x)-i, chunk))
	}
	return true
}

// fast does r, but the maximum, for rows that are not too long; y may be nil.
func (r rowReduction) fast(dst, x, y []float64, rows, cols int) bool {
	if active == generic || cols > chunk || r == rowLargest {
		return false
	}
	dst, x = dst[:rows], x[:rows*cols]
	step := chunk / cols
	for i := 0; i < rows; i += step {
		n, d, v := min(step, rows-i), &dst[i], &x[i*cols]
		switch r {
		case rowSum:
			rowSum128(d, v, n, cols)
		case rowSquares:
			squareRowSum128(d, v, n, cols)
		default:
			rowDot128(d, v, &y[i*cols:][:n*cols][0], n, cols)
		}
	}
	return true
}

// tallest is how many rows fastColSum takes. It cannot cut them, for their lanes
// would be added twice, so it cuts columns.
const tallest = 1 << 18

// fastColSum does ColSum of enough columns.
func fastColSum(dst, x []float64, rows, cols int) bool {
	if active == generic || rows > tallest || cols < 8 {
		return false
	}
	dst, x = dst[:cols], x[:rows*cols]
	step := max(8, 4*chunk/rows&^7)
	for j := 0; j < cols; j += step {
		colSum128(&dst[j], &x[j], rows, min(step, cols-j), 8*cols)
	}
	return true
}
