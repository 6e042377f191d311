//go:build (amd64 || arm64) && !purego

package kernel

// fastRow does row if there is assembly. Rows of fewer than eight elements are
// taken eight at a time, with the row repeated.
func (o operator) fastRow(dst, x, row []float64, rows, cols int) bool {
	if active == generic || cols > chunk {
		return false
	}
	var wide [8 * 7]float64
	if cols < 8 {
		n := cols * min(rows, 8)
		for i := 0; i < n; i += cols {
			copy(wide[i:n], row)
		}
		row = wide[:n]
		if rest := rows * cols % n; rest > 0 {
			at := rows*cols - rest
			o.rowCall(&dst[at], &x[at], &row[0], 1, rest)
		}
		rows, cols = rows*cols/n, n
	}
	step := max(chunk/cols, 1)
	for i := 0; i < rows; i += step {
		o.rowCall(&dst[i*cols], &x[i*cols], &row[0], min(step, rows-i), cols)
	}
	return true
}
