package pytorch_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/pytorch"
	"gonum.org/v1/gonum/mat"
)

// A model, a checkpoint and a foreign file are told apart by whatever reads another of them.
func TestWrongFile(t *testing.T) {
	x := mat.NewDense(30, 2, nil)
	dist.NewStdNormal(2).Draw(x, nil)
	folder := t.TempDir()
	model, checkpoint := filepath.Join(folder, "model"), filepath.Join(folder, "checkpoint")
	fit := func(path string) error {
		m := flow.RealNVP(flow.Arch{Dim: 2, Layers: 1, Hidden: []int{2}}, nil)
		_, err := flow.Fit(context.Background(), m, flow.Rows(x), &flow.Settings{Steps: 2, Checkpoint: path})
		return err
	}
	if err := fit(checkpoint); err != nil {
		t.Fatal(err)
	}
	var saved bytes.Buffer
	if err := flow.RealNVP(flow.Arch{Dim: 2, Layers: 1, Hidden: []int{2}}, nil).Save(&saved); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(model, saved.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	load := func(path string) error {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		_, err = flow.Load(f)
		return err
	}
	imported := func(path string) error {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		_, err = pytorch.Import(f, nil)
		return err
	}
	for _, c := range []struct {
		err   error
		words []string
	}{
		{load(checkpoint), []string{"flow: Load: got the checkpoint of a training", "Settings.Checkpoint"}},
		{imported(checkpoint), []string{"pytorch: Import: got the checkpoint of a training", "flow.Fit"}},
		{imported(model), []string{"pytorch: Import: got a model of this library", "flow.Load"}},
		{fit(model), []string{"flow: Fit: checkpoint " + model, "got the file of a model"}},
	} {
		for _, w := range c.words {
			if c.err == nil || !strings.Contains(c.err.Error(), w) {
				t.Errorf("got error %v, want one that says %q", c.err, w)
			}
		}
	}
}
