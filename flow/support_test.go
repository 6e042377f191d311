package flow_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// Any values map into the support and come back; samples of the distribution
// are reached.
func TestSupportMap(t *testing.T) {
	fixed := autodiff.Fixed
	for name, d := range map[string]dist.Distribution{
		"normal":    dist.NewNormal(2, fixed(1), fixed(2)),
		"gamma":     dist.NewGamma(2, fixed(2), fixed(1)),
		"uniform":   dist.NewUniform(2, fixed(-1, 0), fixed(3)),
		"dirichlet": dist.NewDirichlet(3, fixed(1, 2, 3)),
		"joint":     dist.NewJoint(dist.NewNormal(1, fixed(0), fixed(1)), dist.NewGamma(1, fixed(2), fixed(1)), dist.NewDirichlet(2, fixed(1, 2))),
	} {
		b, err := flow.SupportMap(d)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		samples := mat.NewDense(200, d.Dim(), nil)
		d.Draw(samples, rng.New(1))
		tape := autodiff.NewTape()
		x := b.Inverse(tape.Matrix(samples))
		if y := b.Forward(x); !x.Finite() || !mat.EqualApprox(y.Dense(), samples, 1e-9) {
			t.Errorf("%s: samples do not come back through ℝᵏ", name)
		}
		y := b.Forward(tape.Matrix(normal(200, x.Cols(), 2)))
		for i, lp := range d.LogDensity(y).Data() {
			if math.IsInf(lp, -1) || math.IsNaN(lp) {
				t.Fatalf("%s: row %d: got log-density %v, want the support", name, i, lp)
			}
		}
	}
	for _, d := range []dist.Distribution{dist.NewPoisson(1, fixed(3)), flow.New(dist.NewStdNormal(1))} {
		if _, err := flow.SupportMap(d); err == nil {
			t.Errorf("%T: got no error, want one", d)
		}
	}
}

// A flow fitted to a gamma density: the map makes it positive.
func ExampleSupportMap() {
	target := dist.NewGamma(1, autodiff.Fixed(3), autodiff.Fixed(1))
	positive, err := flow.SupportMap(target)
	if err != nil {
		fmt.Println(err)
		return
	}
	m := flow.New(dist.NewStdNormal(1), bijector.NewScale(autodiff.Learned(1)), bijector.NewShift(autodiff.Learned(0)), positive)
	r, err := flow.FitDensity(background, m, target.LogDensity, &flow.Settings{Steps: 500, Schedule: optim.Cosine{Start: 0.1}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("log Z %.1f; density of −1: %v\n", math.Abs(r.Importance.LogZ.Value), m.LogProb([]float64{-1}))
	// Output: log Z 0.0; density of −1: -Inf
}
