//go:build !purego

package kernel

// fastCol does col of enough columns if there is assembly.
func (o operator) fastCol(dst, x, col []float64, rows, cols int) bool {
	if active == generic || cols > chunk || cols < 8 {
		return false
	}
	step := chunk / cols
	for i := 0; i < rows; i += step {
		o.colCall(&dst[i*cols], &x[i*cols], &col[i], min(step, rows-i), cols)
	}
	return true
}

func (o operator) rowCall(dst, x, row *float64, rows, cols int) {
	switch o {
	case plus:
		addRow128(dst, x, row, rows, cols)
	case minus:
		subRow128(dst, x, row, rows, cols)
	case times:
		mulRow128(dst, x, row, rows, cols)
	case over:
		divRow128(dst, x, row, rows, cols)
	default:
		mulAddRow128(dst, x, row, rows, cols)
	}
}

func (o operator) colCall(dst, x, col *float64, rows, cols int) {
	switch o {
	case plus:
		addCol128(dst, x, col, rows, cols)
	case minus:
		subCol128(dst, x, col, rows, cols)
	case times:
		mulCol128(dst, x, col, rows, cols)
	case over:
		divCol128(dst, x, col, rows, cols)
	default:
		mulAddCol128(dst, x, col, rows, cols)
	}
}
