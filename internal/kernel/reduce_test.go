package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func TestSumTree(t *testing.T) {
	x := []float64{1, 0x1p-53, 3, 4, 5, 6, 7, 8, 0x1p60}
	want := (((1 + 0x1p60) + 5) + (3 + 7.)) + ((0x1p-53 + 6) + (4 + 8.))
	eachTier(t, func(t *testing.T) {
		if got := Sum(x); got != want {
			t.Errorf("Sum = %g, want %g", got, want)
		}
	})
}

func TestSumsOfZeroAreZero(t *testing.T) {
	neg := []float64{math.Copysign(0, -1), math.Copysign(0, -1), math.Copysign(0, -1)}
	eachTier(t, func(t *testing.T) {
		for n := range 4 {
			dst := []float64{1}
			RowSum(dst, neg, 1, n)
			if s := Sum(neg[:n]); math.Signbit(s) || math.Signbit(dst[0]) || dst[0] != 0 {
				t.Errorf("%d: Sum = %g, RowSum = %g, want 0", n, s, dst[0])
			}
		}
	})
}

func TestVectorSumsTiersAgree(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 3))
		for _, n := range append(upTo(66), chunk-1, chunk, chunk+1, 3*chunk+5) {
			x, y := normals(r, n+1)[1:], normals(r, n)
			var sum, dot float64
			inTier(generic, func() { sum, dot = Sum(x), Dot(x, y) })
			if got := Sum(x); got != sum {
				t.Errorf("Sum of %d = %x, want %x", n, got, sum)
			}
			if got := Dot(x, y); got != dot {
				t.Errorf("Dot of %d = %x, want %x", n, got, dot)
			}
		}
	})
}

func upTo(n int) []int {
	var v []int
	for i := range n {
		v = append(v, i)
	}
	return v
}

func TestMatrixSumsTiersAgree(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(2, 4))
		for _, rows := range []int{0, 1, 2, 3, 4, 5, 7, 8, 9, 33, 4*chunk + 3} {
			for _, cols := range append(upTo(27), 64, 65) {
				if rows > chunk && cols > 9 {
					continue
				}
				x, y := normals(r, rows*cols), normals(r, rows*cols)
				for name, f := range map[string]func(dst, x []float64, rows, cols int){
					"RowSum": RowSum, "SquareRowSum": SquareRowSum, "ColSum": ColSum, "RowMax": RowMax,
					"RowDot": func(dst, x []float64, rows, cols int) { RowDot(dst, x, y, rows, cols) },
				} {
					n := rows
					if name == "ColSum" {
						n = cols
					}
					want := normals(r, n)
					got, verify := guarded(n, 3)
					copy(got, want)
					inTier(generic, func() { f(want, x, rows, cols) })
					f(got, x, rows, cols)
					verify(t, name)
					for i := range want {
						if !same(got[i], want[i]) {
							t.Fatalf("%s of %d×%d: %x at %d, want %x", name, rows, cols, got[i], i, want[i])
						}
					}
				}
			}
		}
	})
}

func TestRowMax(t *testing.T) {
	nan, inf, neg := math.NaN(), math.Inf(1), math.Copysign(0, -1)
	eachTier(t, func(t *testing.T) {
		for _, c := range []struct {
			x    []float64
			want float64
		}{
			{nil, -inf}, {[]float64{neg}, 0}, {[]float64{neg, neg}, 0}, {[]float64{nan, -3, nan, -5, nan}, -3}, {[]float64{nan, nan, nan}, -inf},
			{[]float64{1, 2, inf, nan, 5, 6, 7, 8, 9}, inf}, {[]float64{-inf, -inf, -9}, -9}, {[]float64{-1, -2, -3, -4, -5, -6, -7, -8, -9, -0.5}, -0.5},
		} {
			dst := []float64{1}
			RowMax(dst, c.x, 1, len(c.x))
			if !same(dst[0], c.want) {
				t.Errorf("RowMax(%v) = %v, want %v", c.x, dst[0], c.want)
			}
		}
	})
}

func TestRowSumIsSum(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	for cols := range 20 {
		x, d, q := normals(r, 3*cols), make([]float64, 3), make([]float64, 3)
		RowSum(d, x, 3, cols)
		SquareRowSum(q, x, 3, cols)
		for i := range d {
			row := x[i*cols : (i+1)*cols]
			if d[i] != Sum(row) || q[i] != Dot(row, row) {
				t.Errorf("%d columns: %x, %x, want %x, %x", cols, d[i], q[i], Sum(row), Dot(row, row))
			}
		}
	}
}

func BenchmarkReduce(b *testing.B) {
	r := rand.New(rand.NewPCG(11, 12))
	for _, s := range [][2]int{{1, 4096}, {4096, 1}, {2048, 2}, {1365, 3}, {512, 8}, {64, 64}, {512, 64}, {64, 2}, {1, 64}, {1, 2}} {
		rows, cols := s[0], s[1]
		x, d, e := normals(r, rows*cols), make([]float64, rows), make([]float64, cols)
		for name, f := range map[string]func(){
			"Sum":          func() { d[0] = Sum(x) },
			"Dot":          func() { d[0] = Dot(x, x) },
			"RowSum":       func() { RowSum(d, x, rows, cols) },
			"SquareRowSum": func() { SquareRowSum(d, x, rows, cols) },
			"ColSum":       func() { ColSum(e, x, rows, cols) },
		} {
			b.Run(fmt.Sprintf("%s/%dx%d", name, rows, cols), func(b *testing.B) {
				for b.Loop() {
					f()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rows*cols), "ns/elem")
			})
		}
	}
}

func TestMean(t *testing.T) {
	x, weights := []float64{1, 2, 6}, []float64{3, 0, 1}
	if got := Mean(x, nil); got != 3 {
		t.Errorf("got %v without weights, want 3", got)
	}
	if got := Mean(x, weights); got != 2.25 {
		t.Errorf("got %v with weights %v, want 2.25", got, weights)
	}
}
