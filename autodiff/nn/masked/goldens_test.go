package masked

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/normflow/normflow/autodiff/nn"

	"github.com/normflow/normflow/internal/rng"
)

// The masks and degrees that nflows makes, testdata/goldens/README.md.
type peerMasks struct {
	Config struct{ Features, Hidden, Output_multiplier int }
	Data   struct {
		Initial  [][]int `json:"initial_layer_mask"`
		Block0   [][]int `json:"blocks_0_linear_mask"`
		Block1   [][]int `json:"blocks_1_linear_mask"`
		Final    [][]int `json:"final_layer_mask"`
		Degrees0 []int   `json:"initial_layer_degrees"`
		Degrees1 []int   `json:"blocks_0_linear_degrees"`
		Degrees2 []int   `json:"blocks_1_linear_degrees"`
	}
}

func TestMasksOfPeers(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join("..", "..", "..", "testdata", "goldens", "neural", "made_masks_*.json"))
	if len(files) == 0 {
		t.Fatal("got no reference masks")
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var g peerMasks
		if err := json.Unmarshal(b, &g); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		d, h, k := g.Config.Features, g.Config.Hidden, g.Config.Output_multiplier
		degrees := [][]int{g.Data.Degrees0, g.Data.Degrees1, g.Data.Degrees2}
		m := NewMADE(Spec{Dim: d, Hidden: []int{h, h, h}, Outputs: k, Act: nn.ReLU, Degrees: degrees}, rng.New(1))
		from := identity(d)
		for l, mask := range [][][]int{g.Data.Initial, g.Data.Block0, g.Data.Block1, g.Data.Final} {
			to := identity(d * k)
			if l < 3 {
				to = sortedBy(degrees[l])
			}
			s := m.prog.linear[l].mask
			for j, u := range to {
				for i, v := range from {
					if got := i < s.depth[j]; got != (mask[u][v] == 1) {
						t.Errorf("%s: layer %d, from unit %d to %d: got %v, want mask %d", f, l, v, u, got, mask[u][v])
					}
				}
			}
			from = to
		}
		// Our own degrees are the same ones where there are units enough for all.
		if own := SequentialDegrees(d, []int{h}, false)[0]; h%max(d-1, 1) == 0 && !slices.Equal(own, slices.Sorted(slices.Values(degrees[0]))) {
			t.Errorf("%s: got degrees %v, want those of %v", f, own, degrees[0])
		}
	}
}

func identity(n int) []int {
	idx := make([]int, n)
	for i := range idx {
		idx[i] = i
	}
	return idx
}
