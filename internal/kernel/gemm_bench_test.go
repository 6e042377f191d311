package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// gemmShapes are the shapes m×k×n of the table in README.md.
var gemmShapes = [][3]int{
	{64, 64, 64}, {64, 128, 128}, {256, 128, 128}, {512, 512, 512}, {128, 2, 64}, {64, 784, 500}, {512, 64, 4},
	{1, 64, 64}, {512, 64, 23}, {512, 64, 2}, {2, 512, 64}, {64, 512, 64},
}

// BenchmarkGemm compares the product with gonum's on random matrices, one after
// the other in the same run.
func BenchmarkGemm(b *testing.B) {
	for _, s := range gemmShapes {
		for _, form := range []string{"NN", "NT", "TN"} {
			name := fmt.Sprintf("%dx%dx%d/%s", s[0], s[1], s[2], form)
			benchGemm(b, name+"/normflow", s, form, Gemm)
			benchGemm(b, name+"/gonum", s, form, gonumGemm)
		}
	}
}

// BenchmarkGemm32 measures the product in float32.
func BenchmarkGemm32(b *testing.B) {
	for _, s := range gemmShapes {
		for _, form := range []string{"NN", "NT", "TN"} {
			benchGemm(b, fmt.Sprintf("%dx%dx%d/%s/normflow", s[0], s[1], s[2], form), s, form, Gemm32)
		}
	}
}

func gonumGemm(ta, tb bool, m, n, k int, a []float64, lda int, b []float64, ldb int, acc bool, c []float64, ldc int) {
	op := map[bool]blas.Transpose{false: blas.NoTrans, true: blas.Trans}
	var beta float64
	if acc {
		beta = 1
	}
	gonum.Implementation{}.Dgemm(op[ta], op[tb], m, n, k, 1, a, lda, b, ldb, beta, c, ldc)
}

// benchGemm measures one shape in one form, in GFLOP/s.
func benchGemm[T number](b *testing.B, name string, shape [3]int, form string, f func(ta, tb bool, m, n, k int, a []T, lda int, b []T, ldb int, acc bool, c []T, ldc int)) {
	m, k, n := shape[0], shape[1], shape[2]
	ta, tb := form[0] == 'T', form[1] == 'T'
	lda, ldb := k, n
	if ta {
		lda = m
	}
	if tb {
		ldb = k
	}
	r := rand.New(rand.NewPCG(1, 2))
	x, y, z := make([]T, m*k), make([]T, k*n), make([]T, m*n)
	for _, m := range [][]T{x, y} {
		for i := range m {
			m[i] = T(r.NormFloat64())
		}
	}
	b.Run(name, func(b *testing.B) {
		for b.Loop() {
			f(ta, tb, m, n, k, x, lda, y, ldb, false, z, n)
		}
		b.ReportMetric(2*float64(m)*float64(n)*float64(k)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
	})
}
