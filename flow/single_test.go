package flow_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/flowtest"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// A flow with networks in float32 is invertible to float64, has nearly the
// density of the same flow without, and its file keeps them.
func TestSingle(t *testing.T) {
	t.Run("RealNVP", func(t *testing.T) {
		m := testSingle(t, flow.RealNVP)
		if !m.Map[0].(*bijector.Coupling).Net.(*nn.MLP).Single {
			t.Error("a loaded network is no longer in float32")
		}
	})
	t.Run("MAF", func(t *testing.T) {
		m := testSingle(t, flow.MAF)
		if !m.Map[0].(*bijector.Autoregressive).Net.Single {
			t.Error("a loaded network is no longer in float32")
		}
	})
}

// testSingle returns the flow, saved and loaded.
func testSingle(t *testing.T, preset func(a flow.Arch, src rand.Source) *flow.Transformed) *flow.Transformed {
	a := flow.Arch{Dim: 6, Hidden: []int{40, 40}, Single: true}
	m := shake(preset(a, rng.New(1)), 2)
	x := normal(300, 6, 3)
	y := m.Decode(nil, x)
	back := m.Encode(nil, y)
	var diff mat.Dense
	diff.Sub(back, x)
	// float32 would make 1e-6; what is left are the roundings of six maps
	if e := mat.Max(&diff) - mat.Min(&diff); !(e < 1e-12) {
		t.Errorf("got an error of %v of the inverse, want that of float64", e)
	}
	loaded := flowtest.File(t, m, x, nil)
	a.Single = false
	double := shake(preset(a, rng.New(1)), 2)
	want, got := double.LogProbs(nil, y), loaded.LogProbs(nil, y)
	e := make([]float64, len(want))
	for i, w := range want {
		e[i] = math.Abs(got[i] - w)
	}
	slices.Sort(e)
	// roundings of 6e-8 in each of six networks of sums of size 1 to 10; rows at which the
	// flow is steep have more
	if e := e[len(e)/2]; !(e < 3e-6) || e == 0 {
		t.Errorf("got log p with a median error of %v, want that of float32", e)
	}
	return loaded
}

// The same of flows of images.
func TestSingleImages(t *testing.T) {
	a := flow.ImageArch{Height: 4, Width: 4, Channels: 2, Steps: 2, Hidden: 12}
	for name, preset := range map[string]func(flow.ImageArch, rand.Source) *flow.Transformed{"Glow": flow.Glow, "ImageRealNVP": flow.ImageRealNVP} {
		a.Single = true
		m := shake(preset(a, rng.New(1)), 2)
		a.Single = false
		double := shake(preset(a, rng.New(1)), 2)
		x := normal(20, 32, 3)
		y := m.Decode(nil, x)
		var diff mat.Dense
		diff.Sub(m.Encode(nil, y), x)
		// some ten maps and a logit, which takes 256 intensities for 1
		if e := mat.Max(&diff) - mat.Min(&diff); !(e < 1e-9) {
			t.Errorf("%s: got an error of %v of the inverse, want that of float64", name, e)
		}
		got, want := flowtest.File(t, m, x, nil).LogProbs(nil, y), double.LogProbs(nil, y)
		differ := false
		for i, w := range want {
			differ = differ || got[i] != w
			if !(math.Abs(got[i]-w) < 1e-3) {
				t.Errorf("%s: got log p %v, want %v", name, got[i], w)
			}
		}
		if !differ {
			t.Errorf("%s: got the bits of float64, want those of float32", name)
		}
	}
}
