package kernel

import "math"

// Sum returns Σ x[i].
func Sum(x []float64) float64 {
	var s float64
	for _, v := range x {
		s += v
	}
	return s
}

// Dot returns Σ x[i]·y[i].
func Dot(x, y []float64) float64 {
	var s float64
	for i, v := range x {
		s = math.FMA(v, y[i], s)
	}
	return s
}

// ColSum adds the column sums of the rows×cols matrix x to dst.
func ColSum(dst, x []float64, rows, cols int) {
	for i := range rows {
		Add(dst, dst, x[i*cols:(i+1)*cols])
	}
}

// RowSum sets dst[i] = Σⱼ x[i,j].
func RowSum(dst, x []float64, rows, cols int) {
	for i := range rows {
		dst[i] = Sum(x[i*cols : (i+1)*cols])
	}
}

// SquareRowSum sets dst[i] = Σⱼ x[i,j]².
func SquareRowSum(dst, x []float64, rows, cols int) {
	for i := range rows {
		r := x[i*cols : (i+1)*cols]
		dst[i] = Dot(r, r)
	}
}
