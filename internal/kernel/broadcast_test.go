package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// of is the operator's definition.
func (o operator) of(a, b, old float64) float64 {
	switch o {
	case plus:
		return a + b
	case minus:
		return a - b
	case times:
		return a * b
	case over:
		return a / b
	}
	return math.FMA(a, b, old)
}

type matrixOp struct {
	name string
	f    func(dst, x, v []float64, rows, cols int)
	of   func(a, b, old float64) float64
	col  bool
}

var matrixOps = []matrixOp{
	{"AddRow", AddRow, plus.of, false}, {"SubRow", SubRow, minus.of, false}, {"MulRow", MulRow, times.of, false}, {"DivRow", DivRow, over.of, false}, {"MulAddRow", MulAddRow, timesPlus.of, false},
	{"AddCol", AddCol, plus.of, true}, {"SubCol", SubCol, minus.of, true}, {"MulCol", MulCol, times.of, true}, {"DivCol", DivCol, over.of, true}, {"MulAddCol", MulAddCol, timesPlus.of, true},
}

func TestBroadcast(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(31, 32))
		for _, o := range matrixOps {
			for _, rows := range []int{0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 1100} {
				for _, cols := range append(upTo(18), 33, 64) {
					o.check(t, r, rows, cols)
				}
			}
		}
		matrixOps[0].check(t, r, 2, chunk+3)
		matrixOps[5].check(t, r, 2, chunk+3)
	})
}

func (o matrixOp) check(t *testing.T, r *rand.Rand, rows, cols int) {
	t.Helper()
	n := cols
	if o.col {
		n = rows
	}
	x, v := normals(r, rows*cols), normals(r, n)
	dst, verify := guarded(rows*cols, 5)
	old := normals(r, len(x))
	copy(dst, old)
	o.f(dst, x, v, rows, cols)
	verify(t, o.name)
	for i := range dst {
		at := i % cols
		if o.col {
			at = i / cols
		}
		if want := o.of(x[i], v[at], old[i]); dst[i] != want {
			t.Fatalf("%s of %d×%d: %x at %d, want %x", o.name, rows, cols, dst[i], i, want)
		}
	}
	if o.of(0, 0, 1) != 1 { // the old value is not an argument
		o.f(x, x, v, rows, cols)
		sameAll(t, o.name+" in place", x, dst)
	}
}

func BenchmarkBroadcast(b *testing.B) {
	r := rand.New(rand.NewPCG(11, 12))
	for _, o := range []matrixOp{matrixOps[0], matrixOps[5]} {
		for _, s := range [][2]int{{4096, 1}, {2048, 2}, {1365, 3}, {512, 8}, {64, 64}, {1, 64}, {1, 2}} {
			rows, cols := s[0], s[1]
			x, d, v := normals(r, rows*cols), make([]float64, rows*cols), normals(r, max(rows, cols))
			b.Run(fmt.Sprintf("%s/%dx%d", o.name, rows, cols), func(b *testing.B) {
				for b.Loop() {
					o.f(d, x, v, rows, cols)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rows*cols), "ns/elem")
			})
		}
	}
}
