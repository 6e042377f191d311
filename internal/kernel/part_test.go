package kernel

import (
	"math/rand/v2"
	"testing"
)

// A product computed in parts of its depth and its columns has the bits of the
// whole one.
func TestDensePart(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		for _, rows := range []int{1, 3, 30, 300} {
			for _, s := range [][2]int{{1, 1}, {2, 64}, {64, 64}, {33, 70}, {300, 20}} {
				in, out := s[0], s[1]
				x, w, bias := normals(r, rows*in), normals(r, in*out), normals(r, out)
				starts := normals(r, rows*out)
				for _, act := range []Act{Linear, ReLU, Tanh} {
					want, got := make([]float64, rows*out), make([]float64, rows*out)
					Dense(want, x, w, bias, rows, in, out, act)
					inParts(got, x, w, bias, 0, rows, in, out, act)
					sameNumbers(t, got, want)
					copy(want, starts)
					Gemm(false, false, rows, out, in, x, in, w, out, true, want, out)
					switch act {
					case ReLU:
						LeakyReLU(want, want, 0)
					case Tanh:
						TanhOf(want, want)
					}
					inParts(got, x, w, starts, out, rows, in, out, act)
					sameNumbers(t, got, want)
				}
			}
		}
	})
}

// inParts computes a product as four parts.
func inParts(y, x, w, start []float64, lds, rows, in, out int, act Act) {
	k, cut := in/3, (out+1)/2
	for _, j := range [][2]int{{0, cut}, {cut, out}} {
		a, n := j[0], j[1]-j[0]
		if n == 0 {
			continue
		}
		DensePart(y[a:], out, x, in, w[a:], out, start[a:], lds, rows, k, n, Linear)
		DensePart(y[a:], out, x[k:], in, w[k*out+a:], out, y[a:], out, rows, in-k, n, act)
	}
}

func sameNumbers(t *testing.T, got, want []float64) {
	t.Helper()
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("number %d: got %v, want %v", i, got[i], want[i])
		}
	}
}
