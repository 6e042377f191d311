package main

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"gonum.org/v1/gonum/mat"
)

// made are small data for each posterior.
var made = map[string]string{
	"eight_schools-eight_schools_noncentered": `{"y": [28, 8, -3], "sigma": [15, 10, 16]}`,
	"kidiq-kidscore_momiq":                    `{"kid_score": [65, 98, 85, 83], "mom_iq": [121, 89, 115, 99]}`,
	"garch-garch11":                           `{"y": [5, 4.4, 6.1, 3.2, 7.9], "sigma1": 0.5}`,
	"low_dim_gauss_mix-low_dim_gauss_mix":     `{"y": [-3, -2.2, 2.1, 3.3, -2.5]}`,
	"sblri-blr":                               `{"y": [3.1, -1.2, 0.4], "X": [[1, 2, 0, 1, 0], [0, -1, 1, 0, 1], [1, 1, -1, 1, 0.5]]}`,
	"arK-arK":                                 `{"K": 5, "y": [0.7, 0.8, 0.75, 1, 0.9, 1.1, 0.7, 0.8, 0.4]}`,
}

// Gradients are right where the parameters are typical and elsewhere in the support, and the support map leads there.
func TestPosteriors(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, maker := range makers {
		d := new(dataset)
		if err := json.Unmarshal([]byte(made[name]), &d.values); err != nil {
			t.Fatal(err)
		}
		p := maker(d)
		if d.err != nil {
			t.Fatal(name, d.err)
		}
		if err := p.log.Check(p.typical); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for range 10 {
			u := mat.NewDense(1, p.free, nil)
			for j := range p.free {
				u.Set(0, j, r.NormFloat64())
			}
			tape := autodiff.NewTape()
			if err := p.log.Check(p.support.Forward(tape.Matrix(u)).Data()); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// Draws and evidence of the conjugate posterior belong to its density.
func TestConjugate(t *testing.T) {
	p, exact, logZ := conjugate(20000, rand.NewPCG(1, 2))
	if err := p.log.Check(p.typical); err != nil {
		t.Error(err)
	}
	// E[1/p̃; in a box] over the posterior is the volume of the box by Z
	low, high := []float64{0.8, -2.1, 0.4}, []float64{1.2, -1.9, 0.6}
	volume, inverse, n := 1.0, 0.0, 0
	for j := range low {
		volume *= high[j] - low[j]
	}
	for i := range 20000 {
		row := exact.RawRowView(i)
		in := true
		for j, v := range row {
			in = in && low[j] < v && v < high[j]
		}
		if in {
			inverse += math.Exp(logZ - p.log(row, nil))
			n++
		}
	}
	if got := inverse / 20000 / volume; n < 300 || math.Abs(got-1) > 0.1 {
		t.Errorf("got %v, want 1, from %d draws", got, n)
	}
}
