package flow_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// The density is continuous on the torus, in its slopes too, with and without a context, and −Inf outside.
func TestNCSFIsOfTheTorus(t *testing.T) {
	for _, cond := range []int{0, 1} {
		m := shake(flow.NCSF(flow.Arch{Dim: 2, Cond: cond, Hidden: []int{16}, Bound: 2}, rng.New(1)), 2)
		if cond > 0 {
			m = m.Given(normal(1, cond, 3))
		}
		const h = 1e-6
		for j := range 2 {
			at := func(x float64) float64 {
				row := []float64{0.7, -1.1}
				row[j] = x
				return m.LogProb(row)
			}
			low, high := at(-2+h), at(2-h)
			if math.Abs(low-high) > 1e-3 {
				t.Errorf("column %d: got log p %v and %v at the two names of a point", j, low, high)
			}
			up, down := (at(-2+2*h)-low)/h, (high-at(2-2*h))/h
			if math.Abs(up-down) > 0.05*(1+math.Abs(up)) {
				t.Errorf("column %d: got slopes %v and %v of log p at the two names of a point", j, up, down)
			}
			if got := at(2.01); !math.IsInf(got, -1) {
				t.Errorf("column %d: got log p %v outside, want -Inf", j, got)
			}
		}
	}
}

// Angles around the two names of one point, the second beside the first: the fit comes near the entropy.
func TestNCSFLearns(t *testing.T) {
	r := rand.New(rng.New(5))
	const n, sd = 2000, 0.3
	x := mat.NewDense(n, 2, nil)
	for i := range n {
		a := math.Pi + 0.8*r.NormFloat64()
		x.SetRow(i, []float64{math.Remainder(a, 2*math.Pi), math.Remainder(2*a+sd*r.NormFloat64(), 2*math.Pi)})
	}
	m := flow.NCSF(flow.Arch{Dim: 2}, rng.New(1))
	if _, err := flow.Fit(background, m, flow.Rows(x), &flow.Settings{Steps: 500}); err != nil {
		t.Fatal(err)
	}
	var mean float64
	for _, lp := range m.LogProbs(nil, x) {
		mean += lp / n
	}
	if want := -math.Log(2 * math.Pi * math.E * 0.8 * sd); math.Abs(mean-want) > 0.1 {
		t.Errorf("got mean log p %v, want about %v", mean, want)
	}
}
