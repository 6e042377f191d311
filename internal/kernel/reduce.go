package kernel

// Sums run in lanes, so that vectors can hold them: element i goes to lane
// i mod 8, and the lanes are added as a tree at the end. The shape is part of
// every tier's contract.

type lanes [8]float64

// total adds the lanes: halves first, then quarters.
func (l *lanes) total() float64 {
	return ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]))
}

// Sum returns Σ x[i], in eight lanes.
func Sum(x []float64) float64 {
	var l lanes
	if l.fastSum(x) {
		return l.total()
	}
	for ; len(x) >= 8; x = x[8:] {
		for j := range l {
			l[j] += x[j]
		}
	}
	for j, v := range x {
		l[j] += v
	}
	return l.total()
}

// Mean returns Σ wᵢ·xᵢ / Σ wᵢ; nil weights are all 1.
func Mean(x, weights []float64) float64 {
	if weights == nil {
		return Sum(x) / float64(len(x))
	}
	return Dot(weights, x) / Sum(weights)
}

// Dot returns Σ x[i]·y[i], in eight lanes of fused multiply-adds.
func Dot(x, y []float64) float64 {
	var l lanes
	y = y[:len(x)]
	if l.fastDot(x, y) {
		return l.total()
	}
	for ; len(x) >= 8; x, y = x[8:], y[8:] {
		for j := range l {
			l[j] = FMA(x[j], y[j], l[j])
		}
	}
	for j, v := range x {
		l[j] = FMA(v, y[j], l[j])
	}
	return l.total()
}

// ColSum adds the column sums of the rows×cols matrix x to dst: row i goes to
// lane i mod 4 of its column.
func ColSum(dst, x []float64, rows, cols int) {
	if rows == 0 || cols == 0 || fastColSum(dst, x, rows, cols) {
		return
	}
	for j := range cols {
		var l [4]float64
		for i := range rows {
			l[i%4] += x[i*cols+j]
		}
		dst[j] += (l[0] + l[2]) + (l[1] + l[3])
	}
}
