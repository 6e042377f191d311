package flow_test

import (
	"path/filepath"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
)

// unknown is of a type that is not registered.
type unknown struct{ bijector.Identity }

// A checkpoint of another model is refused, and the error says in what it
// differs first, and no more.
func TestCheckpointOfAnotherModel(t *testing.T) {
	file := filepath.Join(t.TempDir(), "training")
	fit := func(file string, m *flow.Transformed) error {
		_, err := flow.Fit(background, m, flow.Rows(bananas(64, 3)), &flow.Settings{Steps: 2, Checkpoint: file})
		return err
	}
	arch := flow.Arch{Dim: 2, Layers: 2, Hidden: []int{8}}
	if err := fit(file, flow.RealNVP(arch, rng.New(1))); err != nil {
		t.Fatal(err)
	}
	if err := fit(file, flow.RealNVP(arch, rng.New(2))); err != nil {
		t.Errorf("other weights, which are in the checkpoint: got %v", err)
	}
	with := func(change func(a *flow.Arch)) *flow.Transformed {
		a := arch
		change(&a)
		return flow.RealNVP(a, rng.New(1))
	}
	frozen := flow.RealNVP(arch, rng.New(1))
	frozen.Map[1].(*bijector.Coupling).Net.(*nn.MLP).Layers[0].W.Freeze(true)
	for want, m := range map[string]*flow.Transformed{
		"Map.2.Net.Layers.0.W: got 1×8, learned, want 1×9, learned":                                                  with(func(a *flow.Arch) { a.Hidden = []int{9} }),
		`Map.1.Net.Layers.0.Act: got "relu", want "tanh"`:                                                            with(func(a *flow.Arch) { a.Activation = nn.Tanh }),
		`Map.3.kind: got "standardizer", want "coupling"`:                                                            with(func(a *flow.Arch) { a.Layers = 3 }),
		`got Map.1.Net.Layers.0.W: "Map.1.Net.Layers.0.W", want Map.1.Net.Layers.0.W.frozen: "Map.1.Net.Layers.0.W"`: frozen,
	} {
		wantError(t, fit(file, m), "it is of another training: "+want)
	}

	// Types that are not registered are told apart by their names.
	other := filepath.Join(t.TempDir(), "training")
	make := func(b bijector.Bijector) *flow.Transformed {
		return flow.New(dist.NewStdNormal(2), bijector.NewShift(autodiff.Learned(1)), b)
	}
	for range 2 {
		if err := fit(other, make(unknown{})); err != nil {
			t.Fatal(err)
		}
	}
	wantError(t, fit(other, make(bijector.Identity{})), "it is of another training: ")
}

// A map's random constants are no parameters, but must be the same too.
func TestCheckpointOfOtherConstants(t *testing.T) {
	file := filepath.Join(t.TempDir(), "training")
	fit := func(seed uint64) error {
		m := flow.New(dist.NewStdNormal(4), bijector.NewRandomPermute(4, rng.New(seed)), bijector.NewShift(autodiff.Learned(1, 2, 3, 4)))
		_, err := flow.Fit(background, m, flow.Rows(normal(64, 4, 1)), &flow.Settings{Steps: 2, Checkpoint: file})
		return err
	}
	if err := fit(1); err != nil {
		t.Fatal(err)
	}
	wantError(t, fit(2), "it is of another training: Map.0.Perm.")
}
