package kernel

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/blas/gonum"
)

// foreign computes the product with the BLAS that blas64.Use or blas32.Use has
// installed, if it is not gonum's own. The bits are then that BLAS's.
func (p *product[T]) foreign() bool {
	switch p := any(p).(type) {
	case *product[float64]:
		if foreign64() {
			p.multiply(blas64.Implementation().Dgemm)
			return true
		}
	case *product[float32]:
		impl := blas32.Implementation()
		if _, own := impl.(gonum.Implementation); !own {
			p.multiply(impl.Sgemm)
			return true
		}
	}
	return false
}

// foreign64 reports whether another BLAS has been installed for float64.
func foreign64() bool {
	_, own := blas64.Implementation().(gonum.Implementation)
	return !own
}

// multiply computes the product with BLAS's routine.
func (p *product[T]) multiply(gemm func(ta, tb blas.Transpose, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int)) {
	var beta T
	if p.start != nil {
		beta = 1
		p.copyStart()
	}
	ta, lda := stored(p.aRow, p.aCol, p.k)
	tb, ldb := stored(p.bRow, p.bCol, p.n)
	gemm(ta, tb, p.m, p.n, p.k, 1, p.a, lda, p.b, ldb, beta, p.c, p.cRow)
	if p.act == ReLU {
		for i := range p.m {
			row := p.c[i*p.cRow : i*p.cRow+p.n]
			for j, v := range row {
				if v < 0 {
					row[j] = 0
				}
			}
		}
	}
	p.tanh(0, p.m)
}

// copyStart sets C to the start of the product.
func (p *product[T]) copyStart() {
	for i := range p.m {
		copy(p.c[i*p.cRow:i*p.cRow+p.n], p.start[i*p.startRow:])
	}
}

// stored returns how BLAS names a matrix of cols columns with the given
// distances between its rows and between its columns.
func stored(row, col, cols int) (blas.Transpose, int) {
	if col == 1 {
		return blas.NoTrans, max(row, cols)
	}
	return blas.Trans, col
}
