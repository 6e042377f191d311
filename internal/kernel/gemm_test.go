package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"
)

// A problem is one call of Gemm on random matrices.
type problem struct {
	ta, tb, acc bool
	m, n, k     int
	pad         int // added to every leading dimension
	shift       int // misalignment
}

func (p problem) String() string {
	return fmt.Sprintf("m=%d n=%d k=%d ta=%v tb=%v acc=%v pad=%d shift=%d", p.m, p.n, p.k, p.ta, p.tb, p.acc, p.pad, p.shift)
}

// run compares the product with its definition, element by element and bit by
// bit. fma is that of the definition.
func run[T number](t *testing.T, p problem, fill func(x []T), fma func(x, y, z T) T) {
	t.Helper()
	lda, ldb, ldc := p.k+p.pad, p.n+p.pad, p.n+p.pad
	if p.ta {
		lda = p.m + p.pad
	}
	if p.tb {
		ldb = p.k + p.pad
	}
	a, okA := guardedOf[T](size(p.m, p.k, lda, p.ta), p.shift)
	b, okB := guardedOf[T](size(p.k, p.n, ldb, p.tb), p.shift)
	c, okC := guardedOf[T](size(p.m, p.n, ldc, false), p.shift)
	fill(a)
	fill(b)
	fill(c)
	want := append([]T(nil), c...)
	for i := range p.m {
		for j := range p.n {
			var s T
			if p.acc {
				s = c[i*ldc+j]
			}
			for l := range p.k {
				s = fma(a[at(i, l, lda, p.ta)], b[at(l, j, ldb, p.tb)], s)
			}
			want[i*ldc+j] = s
		}
	}
	gemm(p.ta, p.tb, p.m, p.n, p.k, a, lda, b, ldb, p.acc, c, ldc)
	for i := range c {
		if !same(float64(c[i]), float64(want[i])) {
			t.Fatalf("%v: number %d is %v, want %v", p, i, c[i], want[i])
		}
	}
	okA(t, p.String())
	okB(t, p.String())
	okC(t, p.String())
}

// at returns where element i, j of a matrix, or of its transpose, is.
func at(i, j, ld int, trans bool) int {
	if trans {
		i, j = j, i
	}
	return i*ld + j
}

// both runs the problem in float64 and in float32.
func both(t *testing.T, p problem, fill func(x []float64)) {
	t.Helper()
	run(t, p, fill, math.FMA)
	run(t, p, func(x []float32) {
		wide := make([]float64, len(x))
		fill(wide)
		for i, v := range wide {
			x[i] = float32(v)
		}
	}, fma32)
}

// size returns the least length of a rows×cols matrix.
func size(rows, cols, ld int, trans bool) int {
	if trans {
		rows, cols = cols, rows
	}
	if rows == 0 || cols == 0 {
		return 0
	}
	return (rows-1)*ld + cols
}

func fillNormal(r *rand.Rand) func(x []float64) {
	return func(x []float64) { copy(x, normals(r, len(x))) }
}

func TestGemmSizes(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		for m := 0; m <= 25; m++ {
			for n := 0; n <= 25; n++ {
				for _, k := range []int{0, 1, 2, 3, 4, 5, 7, 8, 9, 13, 17, 25}[:6+r.IntN(7)] {
					f := r.IntN(8)
					both(t, problem{f&1 != 0, f&2 != 0, f&4 != 0, m, n, k, r.IntN(3), r.IntN(9)}, fillNormal(r))
				}
			}
		}
	})
}

func TestGemmShapes(t *testing.T) {
	shapes := [][3]int{ // m, n, k
		{1, 64, 64}, {1, 67, 64}, {1, 130, 64}, {2, 200, 33}, {3, 57, 40}, {5, 100, 40}, {7, 47, 12}, {64, 64, 64}, {100, 71, 33},
		{128, 64, 2}, {128, 23, 64}, {512, 4, 64}, {300, 2, 64}, {13, 17, 300}, {14, 70, 784}, {6, 2, 512}, {64, 1, 512}, {2, 64, 512}, {200, 9, 513}, {64, 512, 64}, {512, 66, 16}, {1024, 66, 16},
	}
	eachTier(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(3, 4))
		for _, s := range shapes {
			for _, f := range r.Perm(8)[:max(1, min(8, 1<<20/(s[0]*s[1]*s[2])))] {
				both(t, problem{f&1 != 0, f&2 != 0, f&4 != 0, s[0], s[1], s[2], r.IntN(3) / 2, r.IntN(9)}, fillNormal(r))
			}
		}
	})
}

// Numbers that must spread, vanish or round as IEEE 754 says.
func TestGemmSpecialValues(t *testing.T) {
	special := []float64{
		0, math.Copysign(0, -1), 1, -1, math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.MaxFloat64,
		math.SmallestNonzeroFloat64, -math.SmallestNonzeroFloat64, 0x1p-1022, 0x1p-540, 0x1p540, 1 + 0x1p-52,
		0x1p-149, 0x1p-126, 0x1p-75, math.MaxFloat32, 1 + 0x1p-23,
	}
	eachTier(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(5, 6))
		for range 300 {
			likely := r.IntN(3) + 1
			fill := func(x []float64) {
				for i := range x {
					x[i] = r.NormFloat64()
					if r.IntN(8) < likely {
						x[i] = special[r.IntN(len(special))]
					}
				}
			}
			f := r.IntN(8)
			both(t, problem{f&1 != 0, f&2 != 0, f&4 != 0, r.IntN(20), r.IntN(40), r.IntN(6), r.IntN(3), r.IntN(9)}, fill)
		}
	})
}

// A row has the same bits alone as in a batch.
func TestGemmRowAlone(t *testing.T) {
	const m, n, k = 37, 75, 70
	eachTier(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(7, 8))
		a, b := normals(r, m*k), normals(r, k*n)
		c, row := make([]float64, m*n), make([]float64, n)
		Gemm(false, false, m, n, k, a, k, b, n, false, c, n)
		for i := range m {
			Gemm(false, false, 1, n, k, a[i*k:], k, b, n, false, row, n)
			for j := range row {
				if row[j] != c[i*n+j] {
					t.Fatalf("row %d column %d is %v alone, %v in the batch", i, j, row[j], c[i*n+j])
				}
			}
		}
	})
}

func TestGemmAllocates(t *testing.T) {
	const n = 64
	r := rand.New(rand.NewPCG(9, 10))
	a, b, c := normals(r, n*n), normals(r, n*n), make([]float64, n*n)
	x, y, z := make([]float32, n*n), make([]float32, n*n), make([]float32, n*n)
	eachTier(t, func(t *testing.T) {
		got := leastAllocs(func() {
			Gemm(false, true, n, n, n, a, n, b, n, false, c, n)
			Gemm(true, false, n, 3, n, a, n, b, n, true, c, n)
			Dense(c, a, b, a[:n], n, n, n, ReLU)
			Gemm32(false, true, n, n, n, x, n, y, n, false, z, n)
			Dense32(z, x, y, x[:n], n, n, n, Tanh)
		})
		if got != 0 {
			t.Errorf("%v allocations, want 0", got)
		}
	})
}

// leastAllocs returns the allocations of the best of many runs of f: a garbage
// collection empties pools, and so does the race detector, at random.
func leastAllocs(f func()) float64 {
	least := math.Inf(1)
	for i := 0; i < 200 && least > 0; i++ {
		least = min(least, testing.AllocsPerRun(1, f))
	}
	return least
}

// Concurrent products share the scratch buffers, never the same one.
func TestGemmConcurrent(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		var all sync.WaitGroup
		for seed := range uint64(4) {
			all.Go(func() {
				r := rand.New(rand.NewPCG(seed, 0))
				for range 10 {
					both(t, problem{false, true, false, 20, 30, 40, 0, 0}, fillNormal(r))
					both(t, problem{true, false, true, 40, 3, 30, 0, 0}, fillNormal(r))
				}
			})
		}
		all.Wait()
	})
}

func TestGemmPanics(t *testing.T) {
	x := make([]float64, 11)
	for name, f := range map[string]func(){
		"short A":         func() { Gemm(false, false, 3, 1, 4, x, 4, x, 1, false, x, 1) },
		"short B":         func() { Gemm(false, true, 1, 4, 3, x, 3, x, 3, false, x, 4) },
		"short C":         func() { Gemm(false, false, 3, 4, 1, x, 1, x, 4, false, x, 4) },
		"small dimension": func() { Gemm(false, false, 2, 2, 2, x, 1, x, 2, false, x, 2) },
		"short bias":      func() { Dense(x, x, x, x[:1], 1, 2, 2, Linear) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		})
	}
}

func FuzzGemm(f *testing.F) {
	f.Add(uint8(3), uint8(5), uint8(7), uint8(0), uint8(1), uint8(3), uint64(1))
	f.Fuzz(func(t *testing.T, m, n, k, flags, pad, shift uint8, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 0))
		for v := generic; v <= supported(); v++ {
			inTier(v, func() {
				p := problem{flags&1 != 0, flags&2 != 0, flags&4 != 0, int(m), int(n), int(k), int(pad % 16), int(shift % 16)}
				both(t, p, fillNormal(r))
			})
		}
	})
}
