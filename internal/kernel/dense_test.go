package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// Dense is the chain from the bias, then the activation.
func TestDense(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		for _, rows := range []int{0, 1, 2, 5, 13, 200} {
			for _, in := range []int{0, 1, 2, 3, 64, 300} {
				for _, out := range []int{1, 2, 8, 23, 64} {
					for _, act := range []Act{Linear, ReLU, Tanh} {
						testDense(t, r, rows, in, out, act, true)
						testDense(t, r, rows, in, out, act, false)
					}
				}
			}
		}
	})
}

func testDense(t *testing.T, r *rand.Rand, rows, in, out int, act Act, withBias bool) {
	t.Helper()
	x, w := normals(r, rows*in), normals(r, in*out)
	var bias []float64
	want := make([]float64, rows*out)
	if withBias {
		bias = normals(r, out)
		for i := range want {
			want[i] = bias[i%out]
		}
	}
	Gemm(false, false, rows, out, in, x, in, w, out, true, want, out)
	switch act {
	case ReLU:
		for i := range want {
			if want[i] < 0 {
				want[i] = 0
			}
		}
	case Tanh:
		TanhOf(want, want)
	}
	y, ok := guarded(rows*out, 1)
	Dense(y, x, w, bias, rows, in, out, act)
	what := fmt.Sprintf("rows=%d in=%d out=%d act=%d bias=%v", rows, in, out, act, withBias)
	ok(t, what)
	for i := range y {
		if !same(y[i], want[i]) {
			t.Fatalf("%s: y[%d] = %v, want %v", what, i, y[i], want[i])
		}
	}
}

// Dense32 is the chain from the bias in float32, then the activation.
func TestDense32(t *testing.T) {
	const rows, in, out = 13, 30, 23
	r := rand.New(rand.NewPCG(3, 4))
	narrow := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(r.NormFloat64())
		}
		return x
	}
	x, w, bias := narrow(rows*in), narrow(in*out), narrow(out)
	eachTier(t, func(t *testing.T) {
		for _, act := range []Act{Linear, ReLU, Tanh} {
			y := make([]float32, rows*out)
			Dense32(y, x, w, bias, rows, in, out, act)
			for i := range y {
				want := bias[i%out]
				for l := range in {
					want = fma32(x[i/out*in+l], w[l*out+i%out], want)
				}
				switch {
				case act == ReLU && want < 0:
					want = 0
				case act == Tanh:
					v := []float64{float64(want)}
					TanhOf(v, v)
					want = float32(v[0])
				}
				if y[i] != want {
					t.Fatalf("act=%d: y[%d] = %v, want %v", act, i, y[i], want)
				}
			}
		}
	})
}
