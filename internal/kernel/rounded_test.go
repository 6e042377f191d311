package kernel

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// DenseRounded has the bits of Dense32 with weights rounded before, masked ones set to 0.
func TestDenseRounded(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	eachTier(t, func(t *testing.T) {
		for _, s := range [][3]int{{1, 1, 1}, {3, 0, 5}, {1, 30, 23}, {2, 7, 130}, {16, 65, 48}, {5, 40, 17}, {3, 70, 140}, {1, 41, 8}, {1, 70, 147}} {
			for _, act := range []Act{Linear, ReLU, Tanh} {
				for _, each := range []bool{false, true} {
					testRounded(t, r, s[0], s[1], s[2], nil, act, each)
					first := make([]int, s[1])
					for k := range first {
						first[k] = r.IntN(s[2] + 1)
					}
					slices.Sort(first)
					if s[0] == 1 {
						for k := range first { // several rows of one length, as in networks whose units are sorted
							first[k] = first[k/9*9]
						}
					}
					testRounded(t, r, s[0], s[1], s[2], first, act, each)
				}
			}
		}
	})
}

func testRounded(t *testing.T, r *rand.Rand, rows, in, out int, first []int, act Act, each bool) {
	t.Helper()
	w, lds, starts := normals(r, in*out), 0, out
	if each {
		lds, starts = out, rows*out
	}
	start, x := normals(r, starts), make([]float32, rows*in)
	Narrow(x, normals(r, rows*in))
	single := make([]float32, in*out)
	Narrow(single, w)
	for k, from := range first {
		clear(single[k*out : k*out+from])
	}
	begin := make([]float32, starts)
	Narrow(begin, start)
	want := make([]float32, rows*out)
	DensePart32(want, out, x, in, single, out, begin, lds, rows, in, out, act)
	for _, block := range []int{out, 3*out + 1, 1000 * out} {
		got := make([]float32, rows*out)
		DenseRounded(got, x, w, start, lds, rows, in, out, first, act, make([]float32, block))
		if !slices.Equal(got, want) {
			t.Fatalf("%s: got other bits than those of rounded weights", fmt.Sprint(rows, in, out, first, act, each, block))
		}
	}
}
