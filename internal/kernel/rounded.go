package kernel

const (
	RoundedBlock   = 1 << 14 // weights that DenseRounded rounds at a time
	roundedWeights = 1 << 16 // in a network, from which on it is faster than weights rounded before
)

// RoundsOnce reports whether DenseRounded is faster for so few rows and a network of so many weights than weights rounded before.
func RoundsOnce(rows, weights int) bool {
	return weights >= roundedWeights || rows == 1 && hasRounded()
}

// DenseRounded computes Y = act(start + X·W) in float32, W and start being rounded from float64 when
// their turn comes: some rows of W at a time, as many as fit into block, which stay in the cache. For few
// rows of X this is faster than to round all of W first. Start is rows×out with leading dimension lds, or
// out elements for every row if that is 0. Unless first is nil, row k of W counts from column first[k]
// on, which never falls from one row to the next. The bits are those of Dense32 and DensePart32.
func DenseRounded(y, x []float32, w, start []float64, lds, rows, in, out int, first []int, act Act, block []float32) {
	for i := range rows {
		Narrow(y[i*out:(i+1)*out], start[i*lds:i*lds+out])
	}
	if rows == 1 && hasRounded() {
		roundedRow(y[:out], x[:in], w, first)
		finish(y, 0, out, 1, out, act)
		return
	}
	p := rounded{w: w, block: block, out: out, first: first, whole: first == nil || out <= wholeRow}
	step, done := p.step(), 0 // done is how many columns all rows have come to
	for k := 0; k < in && done < out; k += step {
		n := min(step, in-k)
		from, to := p.begin(k), out
		if k+n < in {
			to = max(p.begin(k+n), from)
		}
		finish(y, done, from, rows, out, act)
		b, width := p.round(k, n)
		roundedPart(y[from:], x[k:], b, rows, n, in, out, width, to-from, act)
		roundedPart(y[to:], x[k:], b[to-from:], rows, n, in, out, width, out-to, Linear)
		done = to
	}
	finish(y, done, out, rows, out, act)
}

// A rounded is a masked matrix of out columns, rounded some rows at a time.
type rounded struct {
	w     []float64
	block []float32
	out   int
	first []int
	whole bool // whether rows are rounded from column 0 on, many at once
}

const (
	wholeRow   = 128 // columns up to which more calls take longer than more numbers
	maskedStep = 32  // rows of masked matrices that are taken at a time, at most: within them zeros are multiplied
)

func (r *rounded) step() int {
	n := max(len(r.block)/r.out, 1)
	if r.first != nil {
		n = min(n, maskedStep)
	}
	return n
}

// begin returns the first column that counts in row k.
func (r *rounded) begin(k int) int {
	if r.first == nil {
		return 0
	}
	return r.first[k]
}

// round returns rows k to k+n−1 from column begin(k) on, with the distance between them.
func (r *rounded) round(k, n int) (b []float32, width int) {
	from := r.begin(k)
	if r.whole {
		Narrow(r.block[:n*r.out], r.w[k*r.out:(k+n)*r.out])
		for i := range n {
			if skip := r.begin(k + i); skip > from {
				clear(r.block[i*r.out+from : i*r.out+skip])
			}
		}
		return r.block[from:], r.out
	}
	width = r.out - from
	for i := range n {
		row, skip := r.block[i*width:(i+1)*width], r.begin(k+i)-from
		clear(row[:skip])
		Narrow(row[skip:], r.w[(k+i)*r.out+from+skip:(k+i+1)*r.out])
	}
	return r.block, width
}

// roundedPart goes on with the sums of the first cols columns of y.
func roundedPart(y, x, block []float32, rows, n, in, out, width, cols int, act Act) {
	if cols > 0 {
		DensePart32(y, out, x, in, block, width, y, out, rows, n, cols, act)
	}
}

// finish applies the activation to columns from to to−1, whose sums are complete.
func finish(y []float32, from, to, rows, out int, act Act) {
	for i := range rows {
		switch row := y[i*out+from : i*out+to]; act {
		case ReLU:
			ReLU32(row, row)
		case Tanh:
			tanhOf(row)
		}
	}
}
