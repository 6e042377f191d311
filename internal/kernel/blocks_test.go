package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// made returns a mask of sorted degrees: unit i of in feeds unit j of out where
// its degree is not larger (or smaller, when strict).
func made(in, out int, strict bool) []float64 {
	mask := make([]float64, in*out)
	for i := range in {
		for j := range out {
			if di, dj := i*7/in, j*7/out; di < dj || di == dj && !strict {
				mask[i*out+j] = 1
			}
		}
	}
	return mask
}

func TestBlocks(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		for _, rows := range []int{0, 1, 3, 8, 30, 300} {
			for _, s := range [][2]int{{1, 1}, {2, 64}, {64, 64}, {33, 70}, {100, 6}} {
				for _, strict := range []bool{false, true} {
					testBlocks(t, r, rows, s[0], s[1], made(s[0], s[1], strict))
				}
			}
		}
		empty := make([]float64, 40*20)
		testBlocks(t, r, 9, 40, 20, empty)
		sparse := make([]float64, 40*20)
		sparse[5*20+17] = 1
		testBlocks(t, r, 9, 40, 20, sparse)
	})
}

// testBlocks compares with the whole products.
func testBlocks(t *testing.T, r *rand.Rand, rows, in, out int, mask []float64) {
	t.Helper()
	b := NewBlocks(mask, in, out)
	w, x, dy, bias := normals(r, in*out), normals(r, rows*in), normals(r, rows*out), normals(r, out)
	for i := range w {
		if mask[i] == 0 {
			w[i] = 0
		}
	}
	what := fmt.Sprintf("rows=%d in=%d out=%d", rows, in, out)
	for _, act := range []Act{Linear, ReLU, Tanh} {
		got, want := make([]float64, rows*out), make([]float64, rows*out)
		b.Dense(got, x, w, bias, rows, act)
		Dense(want, x, w, bias, rows, in, out, act)
		equal(t, what+" Dense", got, want, nil)
	}
	for _, acc := range []bool{false, true} {
		got := normals(r, rows*in)
		want := append([]float64(nil), got...)
		b.InputGrad(got, dy, w, rows, acc)
		Gemm(false, true, rows, in, out, dy, out, w, out, acc, want, in)
		equal(t, what+" InputGrad", got, want, nil)
		got = normals(r, in*out)
		want = append([]float64(nil), got...)
		b.WeightGrad(got, x, dy, rows, acc)
		Gemm(true, false, in, out, rows, x, in, dy, out, acc, want, out)
		equal(t, what+" WeightGrad", got, want, mask)
	}
}

// equal compares where mask, if any, is not 0.
func equal(t *testing.T, what string, got, want, mask []float64) {
	t.Helper()
	for i := range got {
		if (mask == nil || mask[i] != 0) && got[i] != want[i] {
			t.Fatalf("%s: number %d is %v, want %v", what, i, got[i], want[i])
		}
	}
}

// What a NaN reaches is the same for one row as for many, and in every tier.
func TestBlocksNaN(t *testing.T) {
	const rows, in, out = 20, 64, 64
	mask := made(in, out, false)
	b := NewBlocks(mask, in, out)
	r := rand.New(rand.NewPCG(1, 2))
	x, w := normals(r, rows*in), make([]float64, in*out)
	copy(w, mask)
	x[3*in+40] = math.NaN()
	var want []float64
	inTier(generic, func() {
		want = make([]float64, rows*out)
		b.Dense(want, x, w, nil, rows, Linear)
	})
	if want[3*out] != want[3*out] || want[3*out+63] == want[3*out+63] {
		t.Errorf("row 3 is %v, want NaN in the last columns alone", want[3*out:4*out])
	}
	eachTier(t, func(t *testing.T) {
		got := make([]float64, rows*out)
		b.Dense(got, x, w, nil, rows, Linear)
		for i := range rows {
			row := make([]float64, out)
			b.Dense(row, x[i*in:], w, nil, 1, Linear)
			for j := range row {
				if !same(row[j], want[i*out+j]) || !same(got[i*out+j], want[i*out+j]) {
					t.Fatalf("row %d column %d is %v alone, %v in the batch, want %v", i, j, row[j], got[i*out+j], want[i*out+j])
				}
			}
		}
	})
}

func BenchmarkBlocks(b *testing.B) {
	const rows, n = 512, 128
	r := rand.New(rand.NewPCG(1, 2))
	mask := made(n, n, false)
	blocks := NewBlocks(mask, n, n)
	x, w, y := normals(r, rows*n), normals(r, n*n), make([]float64, rows*n)
	b.Run("dense/blocks", func(b *testing.B) {
		for b.Loop() {
			blocks.Dense(y, x, w, nil, rows, ReLU)
		}
	})
	b.Run("dense/whole", func(b *testing.B) {
		for b.Loop() {
			Dense(y, x, w, nil, rows, n, n, ReLU)
		}
	})
	b.Run("inputgrad/blocks", func(b *testing.B) {
		for b.Loop() {
			blocks.InputGrad(y, x, w, rows, false)
		}
	})
	b.Run("inputgrad/whole", func(b *testing.B) {
		for b.Loop() {
			Gemm(false, true, rows, n, n, x, n, w, n, false, y, n)
		}
	})
	b.Run("weightgrad/blocks", func(b *testing.B) {
		for b.Loop() {
			blocks.WeightGrad(w, x, y, rows, false)
		}
	})
	b.Run("weightgrad/whole", func(b *testing.B) {
		for b.Loop() {
			Gemm(true, false, n, n, rows, x, n, y, n, false, w, n)
		}
	})
}
