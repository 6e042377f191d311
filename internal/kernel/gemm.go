package kernel

import "fmt"

// Act is an activation applied by Dense's epilogue.
type Act uint8

// Activations.
const (
	Linear Act = iota
	ReLU       // 0 where x < 0, else x
	Tanh
)

// Gemm computes C = op(A)·op(B), or C += op(A)·op(B) when acc is set, where op
// transposes when ta or tb is set, op(A) is m×k and op(B) is k×n.
//
// Every element is one chain of fused multiply-adds in the order of k that
// starts from 0, or from C when acc is set: c ← fma(a[i,l], b[l,j], c). So an
// element depends on its row of op(A), its column of op(B) and its start alone,
// never on the shape around it, and no term is skipped: NaN and ±Inf spread.
// C must not overlap A or B. Gemm panics where a slice is too short. The result
// is that of another BLAS where blas64.Use has installed one.
func Gemm(ta, tb bool, m, n, k int, a []float64, lda int, b []float64, ldb int, acc bool, c []float64, ldc int) {
	checkMatrix("A", a, lda, m, k, ta)
	checkMatrix("B", b, ldb, k, n, tb)
	checkMatrix("C", c, ldc, m, n, false)
	p := product{m: m, n: n, k: k, a: a, aRow: lda, aCol: 1, b: b, bRow: ldb, bCol: 1, c: c, cRow: ldc}
	if ta {
		p.aRow, p.aCol = 1, lda
	}
	if tb {
		p.bRow, p.bCol = 1, ldb
	}
	if acc {
		p.start, p.startRow = c, ldc
	}
	p.compute()
}

// Dense computes Y = act(X·W + 1·bias): X is rows×in, W is in×out, bias has
// out numbers or is nil. The chains of fused multiply-adds start from the bias.
func Dense(y, x, w, bias []float64, rows, in, out int, act Act) {
	checkMatrix("X", x, in, rows, in, false)
	checkMatrix("W", w, out, in, out, false)
	checkMatrix("Y", y, out, rows, out, false)
	if bias != nil && len(bias) < out {
		panic(fmt.Sprintf("kernel: Dense: bias has %d numbers, want %d", len(bias), out))
	}
	p := product{m: rows, n: out, k: in, a: x, aRow: in, aCol: 1, b: w, bRow: out, bCol: 1, c: y, cRow: out}
	p.start, p.act = bias, act
	p.compute()
}

// checkMatrix panics unless a rows×cols matrix, or its transpose, with leading
// dimension ld lies within x.
func checkMatrix(name string, x []float64, ld, rows, cols int, trans bool) {
	if trans {
		rows, cols = cols, rows
	}
	if rows < 0 || cols < 0 || ld < cols {
		panic(fmt.Sprintf("kernel: %s is %d×%d with leading dimension %d", name, rows, cols, ld))
	}
	if rows > 0 && cols > 0 && len(x) < (rows-1)*ld+cols {
		panic(fmt.Sprintf("kernel: %s has %d numbers, want %d×%d with leading dimension %d", name, len(x), rows, cols, ld))
	}
}

// A product is C = act(start + A·B). Every matrix is a slice with the numbers
// of elements between its rows and between its columns.
type product struct {
	m, n, k    int
	a          []float64
	aRow, aCol int
	b          []float64
	bRow, bCol int // one of them is 1
	start      []float64
	startRow   int // 0 when every row starts from the same; start is nil for 0
	c          []float64
	cRow       int
	act        Act
}

// compute runs the product on the active tier.
func (p *product) compute() {
	if p.m == 0 || p.n == 0 {
		return
	}
	switch {
	case p.k > 0 && p.foreign():
	case p.k > 0 && p.fast():
	default:
		p.generic()
		p.tanh(0, p.m)
	}
}

// tanh applies the Tanh, when it is the activation, to the rows [from, to) of C.
func (p *product) tanh(from, to int) {
	if p.act != Tanh {
		return
	}
	if p.cRow == p.n {
		y := p.c[from*p.n : to*p.n]
		TanhOf(y, y)
		return
	}
	for i := from; i < to; i++ {
		y := p.c[i*p.cRow : i*p.cRow+p.n]
		TanhOf(y, y)
	}
}
