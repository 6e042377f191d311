package main

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// generated returns sets made here: 2000 rows to learn from and 10,000 to judge by.
func generated(seed uint64, quick bool) []source {
	n, m := 2000, 10000
	if quick {
		n, m = 300, 1000
	}
	var all []source
	for i, g := range []struct {
		name string
		d    int
		row  func(r *rand.Rand, x []float64)
	}{{"moons", 2, moons}, {"ring8", 2, ring8}, {"funnel10", 10, funnel}, {"t5", 5, heavy}} {
		all = append(all, source{g.name, func() ([]split, error) {
			r := rand.New(rand.NewPCG(seed, uint64(i)))
			draw := func(n int) *mat.Dense {
				x := mat.NewDense(n, g.d, nil)
				for i := range n {
					g.row(r, x.RawRowView(i))
				}
				return x
			}
			return []split{{train: draw(n), test: draw(m)}}, nil
		}})
	}
	return all
}

// moons are two half circles with noise.
func moons(r *rand.Rand, x []float64) {
	sin, cos := math.Sincos(math.Pi * r.Float64())
	x[0], x[1] = cos, sin
	if r.IntN(2) == 1 {
		x[0], x[1] = 1-cos, 0.5-sin
	}
	x[0] += 0.07 * r.NormFloat64()
	x[1] += 0.07 * r.NormFloat64()
}

// ring8 is eight normal distributions on a circle.
func ring8(r *rand.Rand, x []float64) {
	sin, cos := math.Sincos(math.Pi / 4 * float64(r.IntN(8)))
	x[0], x[1] = 2*cos+0.1*r.NormFloat64(), 2*sin+0.1*r.NormFloat64()
}

// funnel is Neal's: the first column is the others' scale.
func funnel(r *rand.Rand, x []float64) {
	x[0] = 3 * r.NormFloat64()
	for j := range x[1:] {
		x[1+j] = math.Exp(x[0]/2) * r.NormFloat64()
	}
}

// heavy is a t distribution of two degrees of freedom with correlated columns.
func heavy(r *rand.Rand, x []float64) {
	s := math.Sqrt(-1 / math.Log(1-r.Float64())) // √(2/χ²) of two degrees
	sum := 0.0
	for j := range x {
		z := r.NormFloat64()
		x[j] = s * (z + 0.5*sum)
		sum += z
	}
}
