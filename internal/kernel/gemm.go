package kernel

import "math"

// Act is an activation applied by Gemm's epilogue.
type Act uint8

// Activations.
const (
	Linear Act = iota
	ReLU
	Tanh
)

// Gemm computes C = op(A)·op(B), or C += op(A)·op(B) when acc is set, where op
// transposes when ta or tb is set, op(A) is m×k and op(B) is k×n.
func Gemm(ta, tb bool, m, n, k int, a []float64, lda int, b []float64, ldb int, acc bool, c []float64, ldc int) {
	for i := range m {
		for j := range n {
			var s float64
			for l := range k {
				var x, y float64
				if ta {
					x = a[l*lda+i]
				} else {
					x = a[i*lda+l]
				}
				if tb {
					y = b[j*ldb+l]
				} else {
					y = b[l*ldb+j]
				}
				s = math.FMA(x, y, s)
			}
			if acc {
				s += c[i*ldc+j]
			}
			c[i*ldc+j] = s
		}
	}
}

// Dense computes Y = act(X·W + 1·bias): X is rows×in, W is in×out, bias has
// out numbers or is nil.
func Dense(y, x, w, bias []float64, rows, in, out int, act Act) {
	Gemm(false, false, rows, out, in, x, in, w, out, false, y, out)
	for i := range rows {
		row := y[i*out : (i+1)*out]
		for j := range row {
			v := row[j]
			if bias != nil {
				v += bias[j]
			}
			switch act {
			case ReLU:
				v = max(v, 0)
			case Tanh:
				v = math.Tanh(v)
			}
			row[j] = v
		}
	}
}
