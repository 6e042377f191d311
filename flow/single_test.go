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
		if !m.Map[1].(*bijector.Coupling).Net.(*nn.MLP).Single {
			t.Error("a loaded network is no longer in float32")
		}
	})
	t.Run("MAF", func(t *testing.T) {
		m := testSingle(t, flow.MAF)
		if !m.Map[1].(*bijector.Autoregressive).Net.Single {
			t.Error("a loaded network is no longer in float32")
		}
	})
}

// Precision chooses for each network by its widest hidden layer, if its activation allows float32.
func TestPrecision(t *testing.T) {
	for _, c := range []struct {
		a    flow.Arch
		want bool
	}{
		{flow.Arch{}, true},
		{flow.Arch{Hidden: []int{63, 32}}, false},
		{flow.Arch{Hidden: []int{16, 64}}, true},
		{flow.Arch{Hidden: []int{16, 64}, Activation: nn.Tanh}, true},
		{flow.Arch{Hidden: []int{512}, Activation: nn.SiLU}, false},
		{flow.Arch{Hidden: []int{512}, Precision: flow.Float64}, false},
		{flow.Arch{Hidden: []int{}}, false},
		{flow.Arch{Hidden: []int{}, Precision: flow.Float32}, true},
		{flow.Arch{Hidden: []int{4}, Precision: flow.Float32}, true},
	} {
		c.a.Dim, c.a.Layers = 3, 1
		if got := part[*bijector.Coupling](flow.NSF(c.a, rng.New(1))).Net.(*nn.MLP).Single; got != c.want {
			t.Errorf("%+v: got a coupling in float32: %v, want %v", c.a, got, c.want)
		}
		if got := part[*bijector.Autoregressive](flow.NSFAR(c.a, rng.New(1))).Net.Single; got != c.want {
			t.Errorf("%+v: got a masked network in float32: %v, want %v", c.a, got, c.want)
		}
	}
	wide := flow.Arch{Dim: 2, Cond: 1, Layers: 1, Hidden: []int{128}}
	x, given := normal(3, 2, 1), normal(3, 1, 2)
	for name, preset := range map[string]func(flow.Arch, rand.Source) *flow.Transformed{
		"CNF": flow.CNF, "Residual": flow.Residual, "BNAF": flow.BNAF, "GF": flow.GF, "Planar": flow.Planar, "MAF": flow.MAF, "IAF": flow.IAF,
	} {
		for i, l := range preset(wide, rng.New(1)).Given(given).LogProbs(nil, x) {
			if math.IsNaN(l) {
				t.Errorf("%s of 128 units: got log p %v of row %d", name, l, i)
			}
		}
	}
}

// part returns the first map of a type.
func part[T bijector.Bijector](m *flow.Transformed) T {
	for _, b := range m.Map {
		if p, ok := b.(T); ok {
			return p
		}
	}
	panic("no such map")
}

func TestPrecisionOfImages(t *testing.T) {
	for _, c := range []struct {
		hidden int
		p      flow.Precision
		want   bool
	}{
		{0, flow.ByWidth, true}, {32, flow.ByWidth, true}, {31, flow.ByWidth, false}, {64, flow.Float64, false}, {8, flow.Float32, true},
	} {
		m := flow.Glow(flow.ImageArch{Height: 2, Width: 2, Channels: 1, Steps: 1, Hidden: c.hidden, Precision: c.p}, rng.New(1))
		got := false
		singleConvs(m.Map, &got)
		if got != c.want {
			t.Errorf("%+v: got float32: %v, want %v", c, got, c.want)
		}
	}
}

// singleConvs sets single if a convolutional network is in float32.
func singleConvs(b bijector.Bijector, single *bool) {
	switch b := b.(type) {
	case *bijector.Coupling:
		if net, ok := b.Net.(*nn.ConvNet); ok && net.Single {
			*single = true
		}
	case bijector.Composite:
		b.Walk(bijector.Arrival{}, func(part bijector.Bijector, _ bijector.Arrival) { singleConvs(part, single) })
	}
}

func TestPrecisionRefuses(t *testing.T) {
	for name, f := range map[string]func(){
		"unknown":    func() { flow.NSF(flow.Arch{Dim: 2, Precision: "float16"}, nil) },
		"images":     func() { flow.Glow(flow.ImageArch{Height: 4, Width: 4, Precision: "float16"}, nil) },
		"activation": func() { flow.MAF(flow.Arch{Dim: 2, Activation: nn.SiLU, Precision: flow.Float32}, nil) },
		"CNF":        func() { flow.CNF(flow.Arch{Dim: 2, Precision: flow.Float32}, nil) },
		"Residual":   func() { flow.Residual(flow.Arch{Dim: 2, Precision: flow.Float32}, nil) },
		"BNAF":       func() { flow.BNAF(flow.Arch{Dim: 2, Precision: flow.Float32}, nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: got no panic, want one", name)
				}
			}()
			f()
		}()
	}
}

// testSingle returns the flow, saved and loaded.
func testSingle(t *testing.T, preset func(a flow.Arch, src rand.Source) *flow.Transformed) *flow.Transformed {
	a := flow.Arch{Dim: 6, Hidden: []int{40, 40}, Precision: flow.Float32}
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
	a.Precision = flow.Float64
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
		a.Precision = flow.Float32
		m := shake(preset(a, rng.New(1)), 2)
		a.Precision = flow.Float64
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
