package calibration_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/normflow/normflow/flow/calibration"
)

// events returns true probabilities and whether each event happened.
func events(n int) (p []float64, happened []bool) {
	r := rand.New(rand.NewPCG(1, 2))
	for range n {
		v := r.Float64()
		p, happened = append(p, v), append(happened, r.Float64() < v)
	}
	return p, happened
}

func TestReliability(t *testing.T) {
	p, happened := events(4000)
	c := calibration.Reliability(p, happened, 10)
	if len(c.Counts) != 10 || c.Counts[0] != 400 {
		t.Fatalf("got bins of %v events, want ten of 400", c.Counts)
	}
	for k, o := range c.Observed {
		if se := math.Sqrt(c.Stated[k] * (1 - c.Stated[k]) / 400); math.Abs(o-c.Stated[k]) > 4*se {
			t.Errorf("bin %d: stated %v, observed %v", k, c.Stated[k], o)
		}
	}
	// E[(p − o)²] = E[p(1−p)] = 1/6 for uniform p.
	if math.Abs(c.Z) > 3 || c.Error > 0.03 || math.Abs(c.Brier-1./6) > 0.01 || !strings.Contains(c.String(), "are calibrated") {
		t.Errorf("of calibrated probabilities: %v", c)
	}
	change := func(power float64) *calibration.ReliabilityCurve {
		q := make([]float64, len(p))
		for i, v := range p {
			a, b := math.Pow(v, power), math.Pow(1-v, power)
			q[i] = a / (a + b)
		}
		return calibration.Reliability(q, happened, 10)
	}
	if c := change(2); c.Z < 5 || c.Error < 0.05 || !strings.Contains(c.String(), "too near") {
		t.Errorf("of probabilities too near to 0 and 1: %v", c)
	}
	if c := change(0.5); c.Z > -5 || c.Error < 0.05 || !strings.Contains(c.String(), "too far") {
		t.Errorf("of probabilities too far from 0 and 1: %v", c)
	}
	if c := calibration.Reliability([]float64{1, 0.5, 0, 1}, []bool{true, false, false, true}, 8); len(c.Counts) != 3 || c.Counts[2] != 2 || !math.IsNaN(c.Z) {
		t.Errorf("equal probabilities: got %v, z %v", c.Counts, c.Z)
	}
	for what, f := range map[string]func(){
		"none":   func() { calibration.Reliability(nil, nil, 3) },
		"above":  func() { calibration.Reliability([]float64{1.5}, []bool{true}, 3) },
		"NaN":    func() { calibration.Reliability([]float64{math.NaN()}, []bool{true}, 3) },
		"bins":   func() { calibration.Reliability([]float64{0.5}, []bool{true}, 0) },
		"length": func() { calibration.Reliability([]float64{0.5}, nil, 3) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: got no panic", what)
				}
			}()
			f()
		}()
	}
}

func ExampleReliabilityCurve() {
	rain := []float64{0.1, 0.1, 0.1, 0.1, 0.1, 0.8, 0.8, 0.8, 0.8, 0.8}
	rained := []bool{false, false, true, false, false, true, true, false, true, true}
	c := calibration.Reliability(rain, rained, 5)
	for k := range c.Counts {
		fmt.Printf("stated %.1f, observed %.1f\n", c.Stated[k], c.Observed[k])
	}
	// Output:
	// stated 0.1, observed 0.2
	// stated 0.8, observed 0.8
}
