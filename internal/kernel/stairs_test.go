package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// stairsByDefinition is Rows, element by element.
func stairsByDefinition(x, w, start []float64, lds, rows, in int, depth []int, act Act) []float64 {
	out := len(depth)
	y := make([]float64, rows*out)
	for i := range rows {
		for j, d := range depth {
			s := start[i*lds+j]
			for k := range d {
				s = math.FMA(x[i*in+k], w[k*out+j], s)
			}
			y[i*out+j] = s
		}
	}
	switch act {
	case ReLU:
		LeakyReLU(y, y, 0)
	case Tanh:
		TanhOf(y, y)
	}
	return y
}

// What is below the stairs is not read, or it would give NaN.
func TestStairs(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		for _, out := range []int{1, 2, 7, 8, 9, 12, 100, 127, 128, 129, 300} {
			for _, in := range []int{1, 6, 40} {
				for rows := range 4 {
					testStairs(t, r, rows, in, out)
				}
			}
		}
	})
}

func testStairs(t *testing.T, r *rand.Rand, rows, in, out int) {
	t.Helper()
	depth := make([]int, out)
	for j := range depth {
		depth[j] = r.IntN(in + 1)
		if in == 6 { // long steps
			depth[j] = 3 * r.IntN(3)
		}
	}
	slices.Sort(depth)
	x, w := normals(r, rows*in), normals(r, in*out)
	for j, d := range depth {
		for i := d; i < in; i++ {
			w[i*out+j] = math.NaN()
		}
	}
	s := NewStairs(in, depth)
	for _, lds := range []int{0, out} {
		start := normals(r, max(rows, 1)*out)
		for _, act := range []Act{Linear, ReLU, Tanh} {
			y, verify := guarded(rows*out, r.IntN(8))
			s.Rows(y, x, w, start, lds, rows, act)
			what := fmt.Sprintf("%d rows of %d×%d, activation %d", rows, in, out, act)
			verify(t, what)
			for i, v := range stairsByDefinition(x, w, start, lds, rows, in, depth, act) {
				if y[i] != v {
					t.Fatalf("%s: number %d: got %v, want %v", what, i, y[i], v)
				}
			}
		}
	}
}

func BenchmarkStairs(b *testing.B) {
	for _, shape := range [][2]int{{6, 100}, {100, 100}, {100, 12}} {
		in, out := shape[0], shape[1]
		depth := make([]int, out)
		for j := range depth {
			depth[j] = in * (j*6/out + 1) / 6
		}
		s, r := NewStairs(in, depth), rand.New(rand.NewPCG(1, 2))
		x, w, start, y := normals(r, in), normals(r, in*out), normals(r, out), make([]float64, out)
		b.Run(fmt.Sprintf("%dx%d", in, out), func(b *testing.B) {
			for b.Loop() {
				s.Rows(y, x, w, start, 0, 1, ReLU)
			}
		})
	}
}
