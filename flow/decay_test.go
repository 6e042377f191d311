package flow_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// Few rows of many columns are not learned by heart: weights that no rows speak for go to 0.
func TestDecayOfFewRows(t *testing.T) {
	const d = 24
	draw := func(n int, seed uint64) *mat.Dense { // parts of a circle, seen in many columns
		x, u := normal(n, d, seed), normal(n, 2, seed+10)
		for i := range n {
			for j := range d {
				x.Set(i, j, 0.2*x.At(i, j)+math.Sin(2*u.At(i, j%2)+float64(j)))
			}
		}
		return x
	}
	x, test := draw(200, 1), draw(1000, 2)
	nll := func(decay float64) float64 {
		m := flow.RealNVP(flow.Arch{Dim: d}, rng.New(1))
		m = flow.New(m.Base, m.Map[1:]...) // without its whitener all is left to the networks
		if _, err := flow.Fit(background, m, flow.Rows(x), &flow.Settings{Steps: 600, Decay: decay}); err != nil {
			t.Fatal(err)
		}
		return -stat.Mean(m.LogProbs(nil, test), nil)
	}
	usual, none := nll(0), nll(-1)
	if usual > none-1 {
		t.Errorf("got test NLL %v, without decay %v, want it lower", usual, none)
	}
}

// Weights decay by the rate, biases and standardizers do not.
func TestDecay(t *testing.T) {
	fit := func(decay float64) (weight float64, scale []float64) {
		x := mat.NewDense(64, 2, nil)
		for i := range 64 {
			x.SetRow(i, []float64{float64(i % 2), float64(i / 2)})
		}
		m := flow.RealNVP(flow.Arch{Dim: 2, Layers: 1, Hidden: []int{4}}, rng.New(1))
		if _, err := flow.Fit(background, m, flow.Rows(x), &flow.Settings{Steps: 200, Decay: decay, Validation: -1, Average: -1}); err != nil {
			t.Fatal(err)
		}
		for _, p := range m.Params() {
			if rows, _ := p.Dims(); rows > 1 && !p.Frozen() {
				for _, v := range p.Data() {
					weight += v * v
				}
			}
		}
		return weight, m.Map[len(m.Map)-1].(*bijector.Standardizer).Scale.Data()
	}
	none, scale := fit(-1)
	much, same := fit(100)
	if much > 0.01*none || scale[1] != same[1] || scale[1] < 5 {
		t.Errorf("got weights of square %v, %v without decay, scales %v and %v", much, none, same, scale)
	}
	_, err := flow.Fit(background, flow.RealNVP(flow.Arch{Dim: 2}, nil), flow.Rows(normal(50, 2, 1)), &flow.Settings{Decay: math.NaN()})
	wantError(t, err, "Settings.Decay NaN")
}
