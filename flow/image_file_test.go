package flow_test

import (
	"bytes"
	"testing"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
)

func TestImageModelsAreSaved(t *testing.T) {
	x, class := stripes(100, 1)
	for name, preset := range imagePresets {
		m := preset(flow.ImageArch{Height: 4, Width: 4, Intensities: 8, Hidden: 4, Steps: 2, Cond: 2}, rng.New(1))
		if _, err := flow.Fit(background, m, flow.Rows(x).Given(class).Dequantized(), &flow.Settings{Steps: 3, Batch: 32}); err != nil {
			t.Fatal(err)
		}
		var file bytes.Buffer
		if err := m.Save(&file); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		loaded, err := flow.Load(&file)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, want := loaded.Given(class).LogProbs(nil, x), m.Given(class).LogProbs(nil, x)
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("%s, row %d: got log-density %v from the file, want %v", name, i, got[i], want[i])
			}
		}
	}
}

// The lists of columns that the couplings of large images hold are no more
// memory than the weights of a usual network justify.
func TestLargeImageModelsAreLoaded(t *testing.T) {
	sides := []int{28, 64, 128}
	if testing.Short() {
		sides = sides[:2]
	}
	for name, preset := range imagePresets {
		for _, side := range sides {
			m := preset(flow.ImageArch{Channels: 3, Height: side, Width: side, Hidden: 32}, rng.New(1))
			var file bytes.Buffer
			if err := m.Save(&file); err != nil {
				t.Fatal(err)
			}
			if _, err := flow.Load(&file); err != nil {
				t.Errorf("%s, %d×%d pixels: %v", name, side, side, err)
			}
		}
	}
}

// A file cannot make a network set aside memory by claims of many pixels.
func TestLoadBelievesNoPixels(t *testing.T) {
	conv := nn.NewConv2D(1, 1, 100, 100, 1, nn.Linear, rng.New(1))
	net := nn.NewRewired(conv, []int{3}, []int{3, 4})
	m := flow.New(dist.NewStdNormal(2), bijector.NewCoupling(2, []int{0}, bijector.Affine{}, 0, func(_, _ int) nn.Network { return net }))
	var file bytes.Buffer
	if err := m.Save(&file); err != nil {
		t.Fatal(err)
	}
	if bytes.Count(file.Bytes(), []byte("100")) != 2 {
		t.Fatal("the file does not hold the sides of the image as they are")
	}
	large := bytes.ReplaceAll(file.Bytes(), []byte("100"), []byte("999"))
	if _, err := flow.Load(&file); err != nil {
		t.Errorf("got error %v from 10,000 pixels, want none", err)
	}
	if _, err := flow.Load(bytes.NewReader(large)); err == nil {
		t.Error("got a model from claims of 998,001 pixels, want an error")
	}
}
