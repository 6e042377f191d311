package kernel

// A roundedTail holds the last columns of some rows of a matrix, fewer than the kernels take.
type roundedTail struct {
	y [roundedBlock]float32
	w [8 * roundedBlock]float64
}

const roundedBlock = 8 // columns that the kernels take at a time

// roundedRow adds the product of one row X and W to y, without rounded weights that are stored and read again: the kernels round what
// they multiply. It has the bits of the other way.
func roundedRow(y, x []float32, w []float64, first []int) {
	var t roundedTail
	out := len(y)
	for k, n := 0, 0; k < len(x); k += n {
		from := 0
		if first != nil {
			from = first[k]
		}
		if from == out {
			return
		}
		n = 1
		if k+8 <= len(x) && (first == nil || first[k+7] == from) {
			n = 8
		}
		t.add(y[from:], x[k:k+n], w[k*out+from:], out)
	}
}

// add adds the product of one or eight numbers x and as many rows of w, so many numbers apart, to y.
func (t *roundedTail) add(y, x []float32, w []float64, stride int) {
	n := len(y) &^ (roundedBlock - 1)
	if n > 0 {
		fastRounded(y[:n], x, w, stride)
	}
	if n == len(y) {
		return
	}
	copy(t.y[:], y[n:])
	for k := range x {
		copy(t.w[roundedBlock*k:], w[k*stride+n:k*stride+len(y)])
	}
	fastRounded(t.y[:], x, t.w[:], roundedBlock)
	copy(y[n:], t.y[:])
}
