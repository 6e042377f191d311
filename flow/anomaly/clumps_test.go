package anomaly

import (
	"math/rand/v2"
	"testing"

	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// blobs returns rows of round clusters, by how many rows each has, where its mean is on all columns by turns of sign, and its deviation.
func blobs(d int, sizes []int, at, sd []float64) *mat.Dense {
	r := rand.New(rng.New(5))
	n := 0
	for _, s := range sizes {
		n += s
	}
	x := mat.NewDense(n, d, nil)
	i := 0
	for c, size := range sizes {
		for range size {
			for j := range d {
				m := at[c]
				if (j>>(c%2))%2 == 1 {
					m = -m
				}
				x.Set(i, j, m+sd[c]*r.NormFloat64())
			}
			i++
		}
	}
	return x
}

// A clump of up to three rows in ten is not learned from, however the rows lie in the table, and all others are; clusters like the others, most of the
// rows, and rows that are few different ones are no clump.
func TestWithoutClumps(t *testing.T) {
	constant := mat.NewDense(200, 2, nil)
	for i := range 100 {
		constant.Set(i, 0, 1)
	}
	for _, c := range []struct {
		name  string
		x     *mat.Dense
		clump int // the last rows
	}{
		{"a fifth", blobs(8, []int{800, 200}, []float64{0, 4}, []float64{1, 0.1}), 200},
		{"a twentieth of a few columns", blobs(3, []int{950, 50}, []float64{0, 5}, []float64{1, 0.1}), 50},
		{"beside two clusters", blobs(8, []int{400, 400, 200}, []float64{-3, 3, 8}, []float64{1, 1, 0.2}), 200},
		{"a third", blobs(8, []int{660, 340}, []float64{0, 4}, []float64{1, 0.1}), 0},
		{"clusters alike", blobs(8, []int{400, 300, 200}, []float64{-6, 3, 8}, []float64{1, 1, 1}), 0},
		{"clusters of many scales", blobs(8, []int{200, 200, 200, 200, 200}, []float64{-20, -7, 3, 10, 20}, []float64{3, 1.5, 0.8, 0.4, 0.25}), 0},
		{"no cluster", blobs(8, []int{1000}, []float64{0}, []float64{1}), 0},
		{"two rows", constant, 0},
	} {
		n, _ := c.x.Dims()
		z := new(section).standardise(c.x)
		left, gone := 0, 0
		for _, row := range withoutClumps(z, rand.New(rng.New(1)).Perm(n), rng.New(2)) {
			if row < n-c.clump {
				left++
			} else {
				gone--
			}
		}
		if gone += c.clump; gone != c.clump || left != n-c.clump {
			t.Errorf("%s: %d of the clump's %d rows are left out and %d of the other %d, want all and none", c.name, gone, c.clump, n-c.clump-left, n-c.clump)
		}
	}
}
