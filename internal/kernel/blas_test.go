package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/blas/gonum"
)

// otherBLAS is gonum's under another type, counting its products.
type otherBLAS struct {
	gonum.Implementation
	calls *int
}

func (o otherBLAS) Dgemm(ta, tb blas.Transpose, m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	*o.calls++
	o.Implementation.Dgemm(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

func TestOtherBLAS(t *testing.T) {
	var calls int
	old := blas64.Implementation()
	defer blas64.Use(old)
	other := otherBLAS{calls: &calls}
	r := rand.New(rand.NewPCG(1, 2))
	var want int
	for _, s := range [][3]int{{5, 7, 9}, {1, 7, 9}, {5, 1, 9}, {5, 7, 1}, {1, 1, 9}} {
		m, n, k := s[0], s[1], s[2]
		for f := range 8 {
			ta, tb, acc := f&1 != 0, f&2 != 0, f&4 != 0
			lda, ldb := k, n
			if ta {
				lda = m
			}
			if tb {
				ldb = k
			}
			a, b, c := normals(r, m*k), normals(r, k*n), normals(r, m*n)
			ours := append([]float64(nil), c...)
			Gemm(ta, tb, m, n, k, a, lda, b, ldb, acc, ours, n)
			blas64.Use(other)
			Gemm(ta, tb, m, n, k, a, lda, b, ldb, acc, c, n)
			blas64.Use(old)
			want++
			nearly(t, c, ours)
		}
		x, w, bias := normals(r, m*k), normals(r, k*n), normals(r, n)
		for _, act := range []Act{Linear, ReLU, Tanh} {
			y, ours := make([]float64, m*n), make([]float64, m*n)
			Dense(ours, x, w, bias, m, k, n, act)
			blas64.Use(other)
			Dense(y, x, w, bias, m, k, n, act)
			blas64.Use(old)
			want++
			nearly(t, y, ours)
		}
	}
	if calls != want {
		t.Errorf("the other BLAS was called %d times, want %d", calls, want)
	}
}

// nearly compares sums that were rounded in another order.
func nearly(t *testing.T, got, want []float64) {
	t.Helper()
	for i := range got {
		if math.Abs(got[i]-want[i]) > 1e-13 {
			t.Fatalf("number %d is %v, want %v", i, got[i], want[i])
		}
	}
}
