package kernel

// DensePart computes Y = act(start + X·W) where all are parts of wider matrices,
// with leading dimensions: X is rows×in, W in×out, and start rows×out, or out
// elements for every row if its leading dimension is 0. Y may be start. The
// chains of fused multiply-adds go on from start, so a product may be computed
// as several parts of its depth, of which the last has the activation, to the
// same bits.
func DensePart(y []float64, ldy int, x []float64, ldx int, w []float64, ldw int, start []float64, lds int, rows, in, out int, act Act) {
	densePart(y, ldy, x, ldx, w, ldw, start, lds, rows, in, out, act)
}

// DensePart32 is DensePart in float32; its Tanh is TanhOf's value, rounded.
func DensePart32(y []float32, ldy int, x []float32, ldx int, w []float32, ldw int, start []float32, lds int, rows, in, out int, act Act) {
	densePart(y, ldy, x, ldx, w, ldw, start, lds, rows, in, out, act)
}

func densePart[T number](y []T, ldy int, x []T, ldx int, w []T, ldw int, start []T, lds int, rows, in, out int, act Act) {
	checkMatrix("X", x, ldx, rows, in, false)
	checkMatrix("W", w, ldw, in, out, false)
	checkMatrix("Y", y, ldy, rows, out, false)
	if lds == 0 {
		checkMatrix("start", start, out, 1, out, false)
	} else {
		checkMatrix("start", start, lds, rows, out, false)
	}
	p := product[T]{m: rows, n: out, k: in, a: x, aRow: ldx, aCol: 1, b: w, bRow: ldw, bCol: 1, c: y, cRow: ldy}
	p.start, p.startRow, p.act = start, lds, act
	p.compute()
}
