//go:build !purego

package kernel

// thinIndex[c] is where the elements of eight rows of c columns find their
// value in a column.
var thinIndex = func() (t [8][8 * 7]int64) {
	for c := 1; c < 8; c++ {
		for e := range 8 * c {
			t[c][e] = int64(e / c)
		}
	}
	return t
}()

// fastCol does col if there is assembly.
func (o operator) fastCol(dst, x, col []float64, rows, cols int) bool {
	if active == generic || cols > chunk {
		return false
	}
	step := max(chunk/cols&^7, 8)
	whole := rows
	if cols < 8 {
		whole = rows &^ 7
		o.slowCol(dst[whole*cols:], x[whole*cols:], col[whole:], cols)
	}
	for i := 0; i < whole; i += step {
		n, d, v := min(step, whole-i), &dst[i*cols], &x[i*cols]
		if cols < 8 {
			o.thinColCall(d, v, &col[i], &thinIndex[cols][0], n/8, cols)
		} else {
			o.colCall(d, v, &col[i], n, cols)
		}
	}
	return true
}

func (o operator) rowCall(dst, x, row *float64, rows, cols int) {
	wide := active == avx512
	switch {
	case o == plus && wide:
		addRow512(dst, x, row, rows, cols)
	case o == plus:
		addRow256(dst, x, row, rows, cols)
	case o == minus && wide:
		subRow512(dst, x, row, rows, cols)
	case o == minus:
		subRow256(dst, x, row, rows, cols)
	case o == times && wide:
		mulRow512(dst, x, row, rows, cols)
	case o == times:
		mulRow256(dst, x, row, rows, cols)
	case o == over && wide:
		divRow512(dst, x, row, rows, cols)
	case o == over:
		divRow256(dst, x, row, rows, cols)
	case wide:
		mulAddRow512(dst, x, row, rows, cols)
	default:
		mulAddRow256(dst, x, row, rows, cols)
	}
}

func (o operator) colCall(dst, x, col *float64, rows, cols int) {
	wide := active == avx512
	switch {
	case o == plus && wide:
		addCol512(dst, x, col, rows, cols)
	case o == plus:
		addCol256(dst, x, col, rows, cols)
	case o == minus && wide:
		subCol512(dst, x, col, rows, cols)
	case o == minus:
		subCol256(dst, x, col, rows, cols)
	case o == times && wide:
		mulCol512(dst, x, col, rows, cols)
	case o == times:
		mulCol256(dst, x, col, rows, cols)
	case o == over && wide:
		divCol512(dst, x, col, rows, cols)
	case o == over:
		divCol256(dst, x, col, rows, cols)
	case wide:
		mulAddCol512(dst, x, col, rows, cols)
	default:
		mulAddCol256(dst, x, col, rows, cols)
	}
}

func (o operator) thinColCall(dst, x, col *float64, index *int64, groups, cols int) {
	wide := active == avx512
	switch {
	case o == plus && wide:
		addThinCol512(dst, x, col, index, groups, cols)
	case o == plus:
		addThinCol256(dst, x, col, index, groups, cols)
	case o == minus && wide:
		subThinCol512(dst, x, col, index, groups, cols)
	case o == minus:
		subThinCol256(dst, x, col, index, groups, cols)
	case o == times && wide:
		mulThinCol512(dst, x, col, index, groups, cols)
	case o == times:
		mulThinCol256(dst, x, col, index, groups, cols)
	case o == over && wide:
		divThinCol512(dst, x, col, index, groups, cols)
	case o == over:
		divThinCol256(dst, x, col, index, groups, cols)
	case wide:
		mulAddThinCol512(dst, x, col, index, groups, cols)
	default:
		mulAddThinCol256(dst, x, col, index, groups, cols)
	}
}
