package kernel

import "math"

// A rowReduction is a way to make a number of a row.
type rowReduction uint8

const (
	rowSum rowReduction = iota
	rowSquares
	rowDot
	rowLargest
)

// RowSum sets dst[i] = Σⱼ x[i,j], each as by Sum.
func RowSum(dst, x []float64, rows, cols int) {
	switch {
	case cols == 1:
		AddConst(dst[:rows], x[:rows], 0) // a sum is never −0
	case cols == 2:
		dst, x = dst[:rows], x[:2*rows]
		for i := range dst {
			dst[i] = (x[2*i] + x[2*i+1]) + 0
		}
	case cols > 2 && rowSum.fast(dst, x, nil, rows, cols):
	default:
		for i := range rows {
			dst[i] = Sum(x[i*cols : (i+1)*cols])
		}
	}
}

// SquareRowSum sets dst[i] = Σⱼ x[i,j]², each as by Dot.
func SquareRowSum(dst, x []float64, rows, cols int) {
	switch {
	case cols == 1:
		Mul(dst[:rows], x[:rows], x[:rows])
	case cols == 2:
		dst, x = dst[:rows], x[:2*rows]
		for i := range dst {
			dst[i] = float64(x[2*i]*x[2*i]) + float64(x[2*i+1]*x[2*i+1])
		}
	case cols > 2 && rowSquares.fast(dst, x, nil, rows, cols):
	default:
		for i := range rows {
			r := x[i*cols : (i+1)*cols]
			dst[i] = Dot(r, r)
		}
	}
}

// RowDot sets dst[i] = Σⱼ x[i,j]·y[i,j], each as by Dot.
func RowDot(dst, x, y []float64, rows, cols int) {
	switch {
	case cols == 1:
		Mul(dst[:rows], x[:rows], y[:rows])
		AddConst(dst[:rows], dst[:rows], 0) // a sum is never −0
	case cols > 1 && rowDot.fast(dst, x, y, rows, cols):
	default:
		for i := range rows {
			dst[i] = Dot(x[i*cols:(i+1)*cols], y[i*cols:(i+1)*cols])
		}
	}
}

// RowMax sets dst[i] = maxⱼ x[i,j], passing over NaN: −Inf if nothing is left.
func RowMax(dst, x []float64, rows, cols int) {
	if cols > 1 && rowLargest.fast(dst, x, nil, rows, cols) {
		return
	}
	for i := range rows {
		m := math.Inf(-1)
		for _, v := range x[i*cols : (i+1)*cols] {
			if v > m {
				m = v
			}
		}
		dst[i] = m + 0 // +0 for −0
	}
}
