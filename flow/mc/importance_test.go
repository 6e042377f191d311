package mc_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/mc"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

var background = context.Background()

// quadratic is c − ½‖x − loc‖².
func quadratic(c, loc float64) mc.Func {
	return func(x []float64) float64 {
		lp := c
		for _, v := range x {
			lp -= 0.5 * (v - loc) * (v - loc)
		}
		return lp
	}
}

// Nothing leaves log space.
func TestImportanceInLogSpace(t *testing.T) {
	q := dist.NewNormal(2, autodiff.Fixed(0), autodiff.Fixed(1.2))
	for _, c := range []float64{0, 800, 1e5, -1e5, -1e12} {
		d, err := mc.Importance(background, quadratic(c, 0), q, 4000, rng.New(1))
		if err != nil {
			t.Fatal(err)
		}
		if want := c + math.Log(2*math.Pi); math.Abs(d.LogZ.Value-want) > 4*d.LogZ.SE+1e-15*math.Abs(c) || !(d.ESS > 3000) || len(d.Warnings) > 0 {
			t.Errorf("shift %v: got %v, want log Z %v", c, d, want)
		}
		if m := d.Mean(func(x []float64) float64 { return x[0] * x[0] }); math.Abs(m.Value-1) > 4*m.SE {
			t.Errorf("shift %v: got variance %v, want 1", c, m)
		}
		x := d.Resample(1000, rng.New(2))
		if v := mat.Norm(x, 2) / math.Sqrt(2000); math.Abs(v-1) > 0.1 {
			t.Errorf("got size %v of resampled rows, want 1", v)
		}
	}
}

// Weights may be perfect where the proposal is, and mass be missing.
func TestImportanceTellsMissedMass(t *testing.T) {
	inside := flow.New(dist.NewUniform(1, autodiff.Fixed(-1.5), autodiff.Fixed(1.5)), bijector.Identity{})
	d, err := mc.Importance(background, quadratic(0, 0), inside, 4000, rng.New(1))
	if err != nil {
		t.Fatal(err)
	}
	if want := math.Erfc(1.5 / math.Sqrt2); math.Abs(d.Missed.Value-want) > 0.05 || !strings.Contains(d.String(), "misses mass") {
		t.Errorf("got %v, want %.3f of the mass missed", d, want)
	}
	// a second mode that the walkers from the draws do not meet, but those from farther out do
	target := mc.Func(func(x []float64) float64 {
		a, b := quadratic(0, 0)(x), quadratic(0, 12)(x)
		return max(a, b) + math.Log1p(math.Exp(-math.Abs(a-b)))
	})
	d, err = mc.Importance(background, target, dist.NewNormal(1, autodiff.Fixed(0), autodiff.Fixed(2.5)), 1000, rng.New(1))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(d.String(), "misses mass") {
		t.Errorf("got %v, want a warning that a mode is missed", d)
	}
}

func TestImportanceErrors(t *testing.T) {
	q := dist.NewStdNormal(1)
	for want, f := range map[string]mc.Func{
		"+Inf at":        func(x []float64) float64 { return math.Inf(1) },
		"all 100 draws":  func(x []float64) float64 { return math.Inf(-1) },
		"weight 0":       func(x []float64) float64 { return math.NaN() },
		"is NaN at 0 of": nil,
	} {
		if f == nil {
			continue
		}
		if _, err := mc.Importance(background, f, q, 100, rng.New(1)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want one with %q", err, want)
		}
	}
	half := mc.Func(func(x []float64) float64 { return math.Log(x[0]) - x[0] })
	d, err := mc.Importance(background, half, q, 1000, rng.New(1))
	if err != nil || !strings.Contains(d.String(), "NaN at") {
		t.Errorf("got %v, %v, want a warning of NaN", d, err)
	}
	ctx, cancel := context.WithCancel(background)
	cancel()
	if _, err := mc.Importance(ctx, half, q, 1000, nil); err == nil {
		t.Error("got no error of a context that is done")
	}
}

// Through a map, the density has its Jacobian: a Gamma(3, 1) seen through its logarithm.
func TestThrough(t *testing.T) {
	target := mc.Through(mc.Func(func(x []float64) float64 { return 2*math.Log(x[0]) - x[0] }), bijector.Exp{})
	d, err := mc.Importance(background, target, dist.NewNormal(1, autodiff.Fixed(1), autodiff.Fixed(0.8)), 4000, rng.New(1))
	if err != nil {
		t.Fatal(err)
	}
	mean := d.Mean(func(u []float64) float64 { return math.Exp(u[0]) })
	if math.Abs(d.LogZ.Value-math.Ln2) > 4*d.LogZ.SE || math.Abs(mean.Value-3) > 4*mean.SE {
		t.Errorf("got %v and mean %v, want log 2 and 3", d, mean)
	}
}

func cancellable() (context.Context, context.CancelFunc) { return context.WithCancel(background) }
