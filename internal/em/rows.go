package em

import "github.com/normflow/normflow/internal/kernel"

// blockRows is how many rows are treated at once, so that all about them stays in
// cache.
const blockRows = 128

// Rows are weighted rows of D numbers, held as blocks of columns.
type Rows struct {
	N, D  int
	Total float64 // of the weights
	x, w  []float64
	flat  []int // columns with one number only: they count as having a deviation of 1
}

// NewRows takes the rows of x, n×d; nil weights are ones.
func NewRows(x []float64, n, d int, weights []float64) *Rows {
	r := &Rows{N: n, D: d, x: make([]float64, n*d), w: make([]float64, n)}
	if copy(r.w, weights) == 0 {
		for i := range r.w {
			r.w[i] = 1
		}
	}
	r.Total = kernel.Sum(r.w)
	for at := 0; at < n; at += blockRows {
		block, _ := r.block(at)
		m := len(block) / d
		for i := range m {
			for j := range d {
				block[j*m+i] = x[(at+i)*d+j]
			}
		}
	}
	for j := range d {
		if constant(x, j, d) {
			r.flat = append(r.flat, j)
		}
	}
	return r
}

// constant reports whether column j of x, n×d, is.
func constant(x []float64, j, d int) bool {
	for i := j; i < len(x); i += d {
		if x[i] != x[j] {
			return false
		}
	}
	return true
}

// block returns the block of rows that begins with row at, d×m, and its weights.
func (r *Rows) block(at int) (x, w []float64) {
	end := min(at+blockRows, r.N)
	return r.x[at*r.D : end*r.D], r.w[at:end]
}

// row copies row i to dst.
func (r *Rows) row(dst []float64, i int) {
	at := i / blockRows * blockRows
	x, w := r.block(at)
	for j := range dst {
		dst[j] = x[j*len(w)+i-at]
	}
}

// features returns how many monomials of degree 0, 1 and 2 there are of d numbers.
func features(d int) int { return 1 + d + d*(d+1)/2 }

// monomials fills phi, features×m, with those of a block: 1, xⱼ, xᵢ·xⱼ for i ≤ j.
func monomials(phi, x []float64, d int) {
	m := len(x) / d
	for i := range m {
		phi[i] = 1
	}
	copy(phi[m:], x)
	at := (1 + d) * m
	for i := range d {
		for j := i; j < d; j++ {
			kernel.Mul(phi[at:at+m], x[i*m:(i+1)*m], x[j*m:(j+1)*m])
			at += m
		}
	}
}
