package flow_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

var imagePresets = map[string]func(flow.ImageArch, rand.Source) *flow.Transformed{
	"Glow":         flow.Glow,
	"ImageRealNVP": flow.ImageRealNVP,
}

// stripes returns whole numbers 0 to 7 of 1×4×4 images: a horizontal or a vertical stripe,
// which the context says.
func stripes(n int, seed uint64) (x, class *mat.Dense) {
	r := rand.New(rng.New(seed))
	x, class = mat.NewDense(n, 16, nil), mat.NewDense(n, 2, nil)
	for i := range n {
		kind, at := r.IntN(2), r.IntN(4)
		class.Set(i, kind, 1)
		for k := range 4 {
			p := 4*at + k
			if kind == 1 {
				p = 4*k + at
			}
			x.Set(i, p, float64(4+r.IntN(4)))
		}
	}
	return x, class
}

// nudge moves the learned parameters a little, so that samples stay clear of the
// ends of the range, where float64 has no numbers left between them and the end.
func nudge(m *flow.Transformed, seed uint64) {
	r := rand.New(rng.New(seed))
	for _, p := range parameters(m) {
		for i := range p.Data() {
			p.Data()[i] += 0.05 * r.NormFloat64()
		}
	}
}

func TestImagePresets(t *testing.T) {
	for name, preset := range imagePresets {
		for _, a := range []flow.ImageArch{
			{Height: 4, Width: 4, Hidden: 4, Steps: 2},
			{Channels: 3, Height: 8, Width: 4, Hidden: 4, Steps: 1, Scales: 2, Intensities: 16, Blocks: 1},
			{Channels: 2, Height: 12, Width: 12, Hidden: 4, Steps: 1},
			{Channels: 1, Height: 4, Width: 4, Hidden: 4, Steps: 2, Map: bijector.Spline{Bins: 3}, Marginals: 4},
			{Height: 4, Width: 4, Hidden: 4, Steps: 2, BatchNorm: true},
		} {
			m := preset(a, rng.New(1))
			d := max(a.Channels, 1) * a.Height * a.Width
			if m.Dim() != d || m.Base.Dim() != d {
				t.Fatalf("%s %+v: got %d columns from %d, want %d", name, a, m.Dim(), m.Base.Dim(), d)
			}
			nudge(m, 2)
			y := mat.NewDense(3, d, nil)
			lp := m.WithSource(rng.New(3)).SampleLogProbs(y, nil)
			levels := a.Intensities
			if levels == 0 {
				levels = 256
			}
			if lo, hi := mat.Min(y), mat.Max(y); lo < -0.06*float64(levels) || hi > 1.06*float64(levels) {
				t.Errorf("%s %+v: got samples between %v and %v", name, a, lo, hi)
			}
			for i, want := range m.LogProbs(nil, y) {
				if math.Abs(lp[i]-want) > 1e-9*math.Abs(want) {
					t.Errorf("%s %+v: got log-density %v with a sample, want %v", name, a, lp[i], want)
				}
			}
			back := m.Decode(nil, m.Encode(nil, y))
			back.Sub(back, y)
			if e := mat.Norm(back, 2); !(e < 1e-9) {
				t.Errorf("%s %+v: got an image back with error %v", name, a, e)
			}
		}
	}
}

func TestImagePresetsLearn(t *testing.T) {
	x, class := stripes(600, 1)
	held, heldClass := stripes(300, 2)
	flow.Dequantize(held, held, rng.New(3))
	for name, preset := range imagePresets {
		for _, cond := range []int{0, 2} {
			a := flow.ImageArch{Height: 4, Width: 4, Intensities: 8, Hidden: 12, Steps: 2, Blocks: 1, Marginals: 8, Cond: cond}
			m := preset(a, rng.New(1))
			data := flow.Rows(x).Dequantized()
			if cond > 0 {
				data = data.Given(class)
			}
			s := &flow.Settings{Steps: 250, Batch: 64, Seed: 4}
			r, err := flow.Fit(background, m, data, s)
			if err != nil || r.Skipped > 0 {
				t.Fatalf("%s: got %v after %+v", name, err, r)
			}
			var n *flow.Transformed
			bits := func(c *mat.Dense) float64 {
				n = m
				if cond > 0 {
					n = m.Given(c)
				}
				return flow.BitsPerDim(n.LogProbs(nil, held), 16)
			}
			got := bits(heldClass)
			// The uniform density has 3 bits, the true one (log₂ 8 + 4·2)/16.
			if !(got < 2) {
				t.Errorf("%s, context of %d: got %.3f bits per number, want less than 2", name, cond, got)
			}
			if cond > 0 {
				wrong := mat.NewDense(300, 2, nil)
				for i := range 300 {
					wrong.Set(i, 0, heldClass.At(i, 1))
					wrong.Set(i, 1, heldClass.At(i, 0))
				}
				if w := bits(wrong); !(w > got+0.2) {
					t.Errorf("%s: got %.3f bits given the wrong class, %.3f given the right one", name, w, got)
				}
			}
			for _, b := range bijectors(m.Map) {
				if n, ok := b.(*bijector.ActNorm); ok && !n.Initialized {
					t.Errorf("%s: got an ActNorm without its data", name)
				}
			}
		}
	}
}

// bijectors returns the parts of a chain, their parts and so on.
func bijectors(b bijector.Bijector) []bijector.Bijector {
	all := []bijector.Bijector{b}
	var parts []bijector.Bijector
	switch b := b.(type) {
	case bijector.Chain:
		parts = b
	case *bijector.Multiscale:
		parts = b.Levels
	case *bijector.PerPixel:
		parts = []bijector.Bijector{b.B}
	}
	for _, p := range parts {
		all = append(all, bijectors(p)...)
	}
	return all
}

func TestTempered(t *testing.T) {
	m := shake(flow.Glow(flow.ImageArch{Height: 4, Width: 4, Hidden: 4, Steps: 1}, rng.New(1)), 2)
	cold := m.Tempered(0.5)
	y := mat.NewDense(20, 16, nil)
	cold.Draw(y, rng.New(3))
	z := mat.NewDense(20, 16, nil)
	m.Base.Draw(z, rng.New(3))
	z.Scale(0.5, z)
	if want := m.Decode(nil, z); !mat.Equal(y, want) {
		t.Error("got samples other than from half of the base's draws")
	}
	for i, got := range cold.LogProbs(nil, y) {
		// p_T(y) = N(z/T)/T¹⁶·|det|
		row := mat.NewDense(1, 16, y.RawRowView(i))
		var square float64
		for _, v := range m.Encode(nil, row).RawRowView(0) {
			square += v * v
		}
		want := m.LogProb(row.RawRowView(0)) + square/2 - square/(2*0.25) - 16*math.Log(0.5)
		if math.Abs(got-want) > 1e-9*math.Abs(want) {
			t.Fatalf("row %d: got log-density %v, want %v", i, got, want)
		}
	}
}

// Fit's noise is in the interval, new in every pass, and the same for the same seed.
func TestDequantizedIsReproducible(t *testing.T) {
	x, _ := stripes(200, 1)
	before := mat.DenseCopyOf(x)
	var results []float64
	for _, seed := range []uint64{1, 1, 2} {
		m := flow.Glow(flow.ImageArch{Height: 4, Width: 4, Intensities: 8, Hidden: 4, Steps: 1}, rng.New(1))
		r, err := flow.Fit(background, m, flow.Rows(x).Dequantized(), &flow.Settings{Steps: 10, Batch: 32, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		results = append(results, r.Loss)
	}
	if results[0] != results[1] || results[0] == results[2] {
		t.Errorf("got held-out loss %v for seeds 1, 1, 2", results)
	}
	if !mat.Equal(x, before) {
		t.Error("got noise in the caller's data")
	}
	y := flow.Dequantize(nil, x, rng.New(1))
	y.Sub(y, x)
	if lo, hi, mean := mat.Min(y), mat.Max(y), mat.Sum(y)/3200; lo < 0 || hi >= 1 || math.Abs(mean-0.5) > 0.02 {
		t.Errorf("got noise from %v to %v with mean %v, want it uniform on [0, 1)", lo, hi, mean)
	}
}

func TestImagePanics(t *testing.T) {
	for want, f := range map[string]func(){
		"flow: Glow: got {Channels:0 Height:0 Width:4": func() { flow.Glow(flow.ImageArch{Width: 4}, nil) },
		"flow: Glow: got a scale of 3×3 pixels":        func() { flow.Glow(flow.ImageArch{Height: 6, Width: 6, Scales: 2}, nil) },
		"flow: ImageRealNVP: got a scale of one pixel": func() { flow.ImageRealNVP(flow.ImageArch{Height: 2, Width: 2, Scales: 2}, nil) },
		"flow: Tempered: got temperature 0":            func() { flow.Glow(flow.ImageArch{Height: 2, Width: 2}, nil).Tempered(0) },
	} {
		func() {
			defer func() {
				if got, _ := recover().(string); !strings.HasPrefix(got, want) {
					t.Errorf("got panic %q, want %q", got, want)
				}
			}()
			f()
		}()
	}
}

func ExampleGlow() {
	model := flow.Glow(flow.ImageArch{Height: 8, Width: 8, Intensities: 17}, rand.NewPCG(1, 0))
	images := mat.NewDense(5, 64, nil)
	model.Tempered(0.7).Draw(images, rand.NewPCG(2, 0)) // untrained: noise
	fmt.Println(len(model.LogProbs(nil, images)))
	// Output: 5
}

func ExampleBitsPerDim() {
	uniform := -64 * math.Log(17) // log-density over 64 pixels of 17 intensities
	fmt.Printf("%.4f\n", flow.BitsPerDim([]float64{uniform, uniform}, 64))
	// Output: 4.0875
}

func ExampleImageRealNVP() {
	// Ten classes, one-hot, as the context.
	model := flow.ImageRealNVP(flow.ImageArch{Height: 8, Width: 8, Cond: 10, Hidden: 16}, rand.NewPCG(1, 0))
	three := mat.NewDense(1, 10, []float64{0, 0, 0, 1, 0, 0, 0, 0, 0, 0})
	fmt.Println(len(model.Given(three).Rand(nil)))
	// Output: 64
}
