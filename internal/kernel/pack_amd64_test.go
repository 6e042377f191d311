//go:build !purego

package kernel

import (
	"fmt"
	"testing"
	"unsafe"
)

// The packers stay within the memory they ask for, and panels hold the columns of
// B.
func TestPack(t *testing.T) {
	for v := avx2; v <= supported(); v++ {
		t.Run(v.String(), func(t *testing.T) {
			for _, m := range []int{1, 2, 5, 100} {
				for n := 1; n < 70; n++ {
					for _, k := range []int{1, 2, 3, 7, 8, 9, 30} {
						testPack[float64](t, v, m, n, k, true)
						testPack[float64](t, v, m, n, k, false)
						testPack[float32](t, v, m, n, k, true)
						testPack[float32](t, v, m, n, k, false)
					}
				}
			}
		})
	}
}

func testPack[T number](t *testing.T, v tier, m, n, k int, trans bool) {
	t.Helper()
	b := make([]T, n*k)
	for i := range b {
		b[i] = T(i)
	}
	g := newGrid(&product[T]{m: m, n: n, k: k, b: b, bRow: n, bCol: 1}, v)
	if trans {
		g.bRow, g.bCol = 1, k
	}
	packed, ok := guardedOf[T](g.packedLen(k, n), 3)
	g.packed = packed
	g.pack(0, n, 0, k)
	what := fmt.Sprintf("m=%d n=%d k=%d trans=%v", m, n, k, trans)
	ok(t, what)
	for j := 0; j < n; {
		_, cols := g.width(j, n)
		for l := range k {
			for s := range cols {
				if got, want := packed[j*k+l*g.whole(cols)+s], b[(j+s)*g.bCol+l*g.bRow]; got != want {
					t.Fatalf("%s: row %d column %d is %v, want %v", what, l, j+s, got, want)
				}
			}
		}
		j += cols
	}
}

// The generator addresses the fields of panel and packing by their order.
func TestArgumentsAreWords(t *testing.T) {
	if got := unsafe.Sizeof(panel{}); got != 13*8 {
		t.Errorf("panel has %d bytes, want 104", got)
	}
	if got := unsafe.Sizeof(packing{}); got != 6*8 {
		t.Errorf("packing has %d bytes, want 48", got)
	}
}
