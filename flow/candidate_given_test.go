package flow

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// A simulator that is a smooth function and independent noise: its entropy is known.
func TestNormalGiven(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	simulate := func(n int) (x, c *mat.Dense) {
		x, c = mat.NewDense(n, 2, nil), mat.NewDense(n, 1, nil)
		for i := range n {
			θ := 2 * r.NormFloat64()
			c.Set(i, 0, θ/2)
			x.SetRow(i, []float64{math.Sin(θ) + 0.2*r.NormFloat64(), math.Cos(θ) + 0.1*math.Exp(θ/4)*r.NormFloat64()})
		}
		return x, c
	}
	f := &Fold{Seed: 3, Work: 8e9}
	f.X, f.Context = simulate(800)
	f.Held, f.HeldContext = simulate(200)
	m, err := fitNormalGiven(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	x, c := simulate(2000)
	got := -stat.Mean(m.Given(c).LogProbs(nil, x), nil)
	want := math.Log(2*math.Pi*math.E) + math.Log(0.2) + math.Log(0.1) // E(θ) = 0
	if se := 1 / math.Sqrt(2000); got > want+0.15 || got < want-4*se {
		t.Errorf("got NLL %.3f of fresh rows, want %.3f to %.3f", got, want-4*se, want+0.15)
	}
}
