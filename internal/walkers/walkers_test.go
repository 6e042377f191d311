package walkers

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// Steps leave the density as it is: an exponential one in one column, from where it is.
func TestStep(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	p := &Population{At: mat.NewDense(200, 1, nil), Rand: r, Density: func(dst []float64, rows *mat.Dense, _ int) {
		for i := range dst {
			if dst[i] = -rows.At(i, 0); dst[i] > 0 {
				dst[i] = math.NaN()
			}
		}
	}}
	for i := range 200 {
		p.At.Set(i, 0, r.ExpFloat64())
	}
	p.Evaluate()
	var mean, square float64
	for range 2000 {
		p.Step()
		for _, v := range p.At.RawMatrix().Data {
			mean += v / 200 / 2000
			square += v * v / 200 / 2000
		}
	}
	if math.Abs(mean-1) > 0.03 || math.Abs(square-2) > 0.1 {
		t.Errorf("got moments %v and %v, want 1 and 2", mean, square)
	}
}

func TestFollow(t *testing.T) {
	p := &Population{At: mat.NewDense(8, 1, []float64{0, 1, 2, 3, 4, 5, 1e9, 7}), Rand: rand.New(rand.NewPCG(1, 2)),
		Logs: []float64{0, -1, -2, -1, -2, 0, -1e6, math.Inf(-1)}}
	p.Follow()
	if p.At.At(6, 0) > 5 || p.At.At(7, 0) > 5 || p.Logs[7] < -2 {
		t.Errorf("got %v with %v, want the last two among the others", p.At, p.Logs)
	}
	p.Logs = []float64{math.Inf(-1), math.Inf(-1), math.Inf(-1), math.Inf(-1), math.Inf(-1), math.Inf(-1), math.Inf(-1), math.Inf(-1)}
	p.Follow() // nowhere to go
}
