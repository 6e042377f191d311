package kernel

import "fmt"

// blockCols is the number of columns whose zeros Blocks treats as one.
const blockCols = 16

// Blocks knows where a matrix W of masked weights, in×out, is zero by
// construction, so that products skip it: for every 16 neighbouring columns the
// range of rows, and for every 16 rows the range of columns, outside which the
// mask has nothing. Masks of sorted degrees (MADE) leave little more than half.
//
// A skipped term is exactly zero times a finite number: results are equal to
// those of the whole product, but for the sign of a zero. Where the other factor
// is NaN or ±Inf the whole product spreads NaN to every column and Blocks only
// as far as its ranges reach; that too is the same in all tiers and for any
// number of rows. A Blocks is immutable and safe for concurrent use.
type Blocks struct {
	in, out    int
	cols, rows []span
}

// A span is a run of columns [from, to) with the range [lo, hi) of rows that may
// be non-zero in them.
type span struct{ from, to, lo, hi int }

// NewBlocks returns the structure of the in×out matrix mask.
func NewBlocks(mask []float64, in, out int) *Blocks {
	checkMatrix("mask", mask, out, in, out, false)
	return &Blocks{
		in: in, out: out,
		cols: spans(out, in, func(l, j int) bool { return mask[l*out+j] != 0 }),
		rows: spans(in, out, func(l, i int) bool { return mask[i*out+l] != 0 }),
	}
}

// spans returns the ranges of depth in each block of cols columns, equal
// neighbours joined.
func spans(cols, depth int, set func(l, j int) bool) []span {
	var all []span
	for j := 0; j < cols; j += blockCols {
		s := span{from: j, to: min(j+blockCols, cols)}
		for l := range depth {
			for i := s.from; i < s.to; i++ {
				if set(l, i) {
					if s.hi == 0 {
						s.lo = l
					}
					s.hi = l + 1
					break
				}
			}
		}
		if n := len(all) - 1; n >= 0 && all[n].lo == s.lo && all[n].hi == s.hi {
			all[n].to = s.to
			continue
		}
		all = append(all, s)
	}
	return all
}

// Dense computes Y = act(X·W + 1·bias) as the function Dense does; W must be zero
// where the mask is.
func (b *Blocks) Dense(y, x, w, bias []float64, rows int, act Act) {
	if fewFinite(x, rows, b.in) {
		Dense(y, x, w, bias, rows, b.in, b.out, act)
		return
	}
	b.check("x", x, rows*b.in)
	b.check("w", w, b.in*b.out)
	b.check("y", y, rows*b.out)
	if bias != nil {
		b.check("bias", bias, b.out)
	}
	const chunk = 256 // rows whose results stay in the cache for the Tanh
	for i := 0; i < rows; i += chunk {
		m := min(chunk, rows-i)
		for _, s := range b.cols {
			p := product[float64]{m: m, n: s.to - s.from, k: s.hi - s.lo}
			p.a, p.aRow, p.aCol = x[i*b.in+s.lo:], b.in, 1
			p.b, p.bRow, p.bCol = w[s.lo*b.out+s.from:], b.out, 1
			p.c, p.cRow = y[i*b.out+s.from:], b.out
			if bias != nil {
				p.start = bias[s.from:]
			}
			if act == ReLU {
				p.act = ReLU
			}
			p.compute()
		}
		if act == Tanh {
			r := y[i*b.out : (i+m)*b.out]
			TanhOf(r, r)
		}
	}
}

// InputGrad computes dX = dY·Wᵀ, or dX += dY·Wᵀ when acc is set; W must be zero
// where the mask is.
func (b *Blocks) InputGrad(dx, dy, w []float64, rows int, acc bool) {
	if fewFinite(dy, rows, b.out) {
		Gemm(false, true, rows, b.in, b.out, dy, b.out, w, b.out, acc, dx, b.in)
		return
	}
	b.check("dx", dx, rows*b.in)
	b.check("dy", dy, rows*b.out)
	b.check("w", w, b.in*b.out)
	for _, s := range b.rows {
		p := product[float64]{m: rows, n: s.to - s.from, k: s.hi - s.lo}
		p.a, p.aRow, p.aCol = dy[s.lo:], b.out, 1
		p.b, p.bRow, p.bCol = w[s.from*b.out+s.lo:], 1, b.out
		p.c, p.cRow = dx[s.from:], b.in
		if acc {
			p.start, p.startRow = p.c, p.cRow
		}
		p.compute()
	}
}

// WeightGrad computes dW = Xᵀ·dY, or dW += Xᵀ·dY when acc is set, within the
// ranges; outside, dW is left alone when acc is set and set to 0 otherwise.
// Within a range it is computed also where the mask is 0.
func (b *Blocks) WeightGrad(dw, x, dy []float64, rows int, acc bool) {
	b.check("dw", dw, b.in*b.out)
	b.check("x", x, rows*b.in)
	b.check("dy", dy, rows*b.out)
	if !acc {
		clear(dw[:b.in*b.out])
	}
	if rows == 0 {
		return
	}
	for _, s := range b.cols {
		if s.lo == s.hi {
			continue
		}
		p := product[float64]{m: s.hi - s.lo, n: s.to - s.from, k: rows}
		p.a, p.aRow, p.aCol = x[s.lo:], 1, b.in
		p.b, p.bRow, p.bCol = dy[s.from:], b.out, 1
		p.c, p.cRow = dw[s.lo*b.out+s.from:], b.out
		if acc {
			p.start, p.startRow = p.c, p.cRow
		}
		p.compute()
	}
}

// check panics unless x has n numbers.
func (b *Blocks) check(name string, x []float64, n int) {
	if n < 0 || len(x) < n {
		panic(fmt.Sprintf("kernel: Blocks %d×%d: %s has %d numbers, want %d", b.in, b.out, name, len(x), n))
	}
}

// fewFinite reports whether the rows×cols matrix x has so few rows that blocks
// are slower than the whole product, and only finite numbers, so that the two
// agree.
func fewFinite(x []float64, rows, cols int) bool {
	if rows >= 8 || len(x) < rows*cols {
		return false
	}
	var zero float64
	for _, v := range x[:max(rows*cols, 0)] {
		zero += float64(v * 0)
	}
	return zero == 0
}
