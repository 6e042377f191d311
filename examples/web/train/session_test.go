package train

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/normflow/normflow/flow"
	"gonum.org/v1/gonum/mat"
)

// Densities of the targets integrate to one, and their draws have the entropy that they say.
func TestTargets(t *testing.T) {
	for name, target := range Targets {
		const step = 0.05
		mass, entropy := 0.0, 0.0
		for x := -7.0; x < 7; x += step {
			for y := -7.0; y < 9; y += step {
				l := target.LogProb(x, y)
				mass += math.Exp(l) * step * step
				entropy -= l * math.Exp(l) * step * step
			}
		}
		if math.Abs(mass-1) > 1e-3 {
			t.Errorf("%s: the density integrates to %g, want 1", name, mass)
		}
		if got := NLL(target, Points(target, 4000, rand.NewPCG(1, 1))); math.Abs(got-entropy) > 0.06 {
			t.Errorf("%s: the draws have an NLL of %g, want the entropy %g", name, got, entropy)
		}
	}
}

func TestSession(t *testing.T) {
	s := NewSession()
	if err := s.Fit(t.Context(), 10, func(Progress) {}); err == nil {
		t.Error("training without points is no error")
	}
	if err := s.Learn(mat.NewDense(10, 2, nil), Spray{{0, 0, 1}}); err == nil {
		t.Error("ten points are no error")
	}
	target := Targets["banana"]
	if err := s.Learn(Points(target, 1000, rand.NewPCG(1, 2)), target); err != nil {
		t.Fatal(err)
	}
	var all []Progress
	if err := s.Fit(t.Context(), 100, func(p Progress) { all = append(all, p) }); err != nil {
		t.Fatal(err)
	}
	if p := all[len(all)-1]; p.Step != 100 || !(p.NLL < all[0].NLL && p.NLL < p.Normal && p.NLL > p.Truth) {
		t.Errorf("got %+v after %+v, want an NLL between the truth's and the best normal distribution's", p, all[0])
	}
	// A picture's last stage is the model's samples, its density the model's; a file has the same picture.
	f := s.Frame(8, 20)
	count := len(f.Stages) / (2 * f.Points)
	if count != 5 || len(f.Density) != 64 {
		t.Fatalf("got %d stages and a density of %d numbers, want 5 and 64", count, len(f.Density))
	}
	want := s.Model.Decode(nil, basePoints(s.Model, 20))
	if got := f.Stages[len(f.Stages)-1]; got != float32(want.At(f.Points-1, 1)) {
		t.Errorf("the last sample ends at %g, want %g", got, want.At(f.Points-1, 1))
	}
	if got, want := f.Density[0], float32(s.Model.LogProb([]float64{-3.5, 3.5})); got != want {
		t.Errorf("the density at the top left is %g, want %g", got, want)
	}
	file, err := s.Save()
	if err != nil {
		t.Fatal(err)
	}
	other := NewSession()
	if err := other.Load(file); err != nil {
		t.Fatal(err)
	}
	if g := other.Frame(8, 20); !slices.Equal(f.Density, g.Density) || !slices.Equal(f.Stages, g.Stages) {
		t.Error("the loaded model has another picture")
	}
}

// A training that is stopped says so, and the model stays.
func TestStop(t *testing.T) {
	s, target := NewSession(), Targets["ring"]
	if err := s.Learn(Points(target, 200, rand.NewPCG(1, 2)), target); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	if err := s.Fit(ctx, 1000, func(p Progress) { stop() }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that training was stopped", err)
	}
	if f := s.Frame(4, 0); math.IsNaN(float64(f.Density[0])) {
		t.Error("the density is not a number")
	}
}

func TestLoad(t *testing.T) {
	s := NewSession()
	wide := NewSession()
	wide.Model = flow.NSF(flow.Arch{Dim: 3}, rand.NewPCG(1, 1))
	file, err := wide.Save()
	if err != nil {
		t.Fatal(err)
	}
	before := s.Model
	if s.Load(file) == nil || s.Load(file[:100]) == nil || s.Model != before {
		t.Error("a model of three columns, and a part of a file, are no errors, or changed the model")
	}
	if s.Start(Arch{Kind: "other", Layers: 2, Width: 8}) == nil || s.Start(Arch{Kind: "nsf", Layers: 99, Width: 8}) == nil {
		t.Error("a bad architecture is no error")
	}
}
