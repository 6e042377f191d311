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
	gemm(ta, tb, m, n, k, a, lda, b, ldb, acc, c, ldc)
}

// Gemm32 is Gemm in float32, rounded to float32 at every term; the other BLAS is
// that of blas32.Use.
func Gemm32(ta, tb bool, m, n, k int, a []float32, lda int, b []float32, ldb int, acc bool, c []float32, ldc int) {
	gemm(ta, tb, m, n, k, a, lda, b, ldb, acc, c, ldc)
}

func gemm[T number](ta, tb bool, m, n, k int, a []T, lda int, b []T, ldb int, acc bool, c []T, ldc int) {
	checkMatrix("A", a, lda, m, k, ta)
	checkMatrix("B", b, ldb, k, n, tb)
	checkMatrix("C", c, ldc, m, n, false)
	p := product[T]{m: m, n: n, k: k, a: a, aRow: lda, aCol: 1, b: b, bRow: ldb, bCol: 1, c: c, cRow: ldc}
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
// out elements or is nil. The chains of fused multiply-adds start from the bias.
func Dense(y, x, w, bias []float64, rows, in, out int, act Act) {
	dense(y, x, w, bias, rows, in, out, act)
}

// Dense32 is Dense in float32; its Tanh is TanhOf's value, rounded.
func Dense32(y, x, w, bias []float32, rows, in, out int, act Act) {
	dense(y, x, w, bias, rows, in, out, act)
}

func dense[T number](y, x, w, bias []T, rows, in, out int, act Act) {
	checkMatrix("X", x, in, rows, in, false)
	checkMatrix("W", w, out, in, out, false)
	checkMatrix("Y", y, out, rows, out, false)
	if bias != nil && len(bias) < out {
		panic(fmt.Sprintf("kernel: Dense: bias has %d numbers, want %d", len(bias), out))
	}
	p := product[T]{m: rows, n: out, k: in, a: x, aRow: in, aCol: 1, b: w, bRow: out, bCol: 1, c: y, cRow: out}
	p.start, p.act = bias, act
	p.compute()
}

// checkMatrix panics unless a rows×cols matrix, or its transpose, with leading
// dimension ld lies within x.
func checkMatrix[T number](name string, x []T, ld, rows, cols int, trans bool) {
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
