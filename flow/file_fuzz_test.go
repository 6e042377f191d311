package flow_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/memtest"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/safetensors"
)

// FuzzLoad: no panic, no more memory than the file justifies, and what loads can
// be scored, saved and loaded again.
func FuzzLoad(f *testing.F) {
	for _, c := range hostile() {
		if len(c.file) < 10000 {
			f.Add(c.file)
		}
	}
	for _, preset := range presets {
		var b bytes.Buffer
		if err := preset(flow.Arch{Dim: 2, Cond: 1, Layers: 1, Hidden: []int{2}}, rng.New(1)).Save(&b); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	sections := saved(f, withSections())
	f.Add(sections)
	for _, c := range hostileSections {
		f.Add(edited(f, sections, strings.NewReplacer(c.text+c.names, c.by), strings.NewReplacer()))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		var m *flow.Transformed
		var err error
		load := func() { m, err = flow.Load(bytes.NewReader(file)) }
		n := memtest.Allocated(load)
		for try := 0; n > memtest.Bound(file) && try < 20; try++ { // under the race detector pools lose a quarter of what they get
			n = memtest.Allocated(load)
		}
		if n > memtest.Bound(file) {
			t.Errorf("got %d bytes allocated for %d", n, len(file))
		}
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := m.Save(&b); err != nil {
			t.Fatalf("cannot be saved: %v", err)
		}
		if _, err := flow.Load(&b); err != nil {
			t.Fatalf("cannot be loaded again: %v", err)
		}
	})
}

// FuzzArchitecture is FuzzLoad with files that are in order but for the
// architecture, which may use a tensor of each of some shapes.
func FuzzArchitecture(f *testing.F) {
	numbers := []float64{0.5, -0.25, 1, 2, -1, 0.125, 3, -2, 0.75, 1.5, -0.5, 0.25}
	var tensors []safetensors.Tensor
	for _, shape := range [][2]int{{1, 1}, {1, 2}, {1, 4}, {1, 12}, {2, 2}, {1, 3}, {2, 4}, {4, 2}, {2, 6}} {
		n := shape[0] * shape[1]
		tensors = append(tensors, safetensors.Floats(fmt.Sprintf("%dx%d", shape[0], shape[1]), numbers[:n], shape[0], shape[1]))
	}
	const network = `{"kind":"nn.mlp","Layers":[{"W":"1x2","B":"1x2","Act":"tanh"},{"W":"2x2","B":"1x2","Act":"linear"}]}`
	for _, part := range []string{
		`{"kind":"coupling","Keep":[0],"Change":[1],"Map":{"kind":"affine"},"Net":` + network + `}`,
		`{"kind":"chain","value":[{"kind":"invert","B":{"kind":"exp"}},{"kind":"permute","Perm":[1,0]}]}`,
		`{"kind":"lu","Factors":"2x2","Diag":{"Param":"1x2","Max":"inf"},"Perm":[1,0]}`,
		`{"kind":"autoregressive","Net":{"Spec":{"Dim":2,"Hidden":[2],"Outputs":2,"Act":"relu","Degrees":[[1,1]]},` +
			`"Layers":[{"W":"2x2","B":"1x2","Act":"relu"},{"W":"2x4","B":"1x4","Act":"linear"}]},"Map":{"kind":"inverted","Map":{"kind":"affine","Scale":"exp"}}}`,
		`{"kind":"elementwise","Map":{"kind":"spline","Bins":2,"Bound":3},"Raw":"1x12"}`,
		`{"kind":"standardizer","Shift":{"frozen":"1x2"},"Scale":{"frozen":"1x1"},"Initialized":true}`,
		`{"kind":"multiscale","Levels":[{"kind":"identity"},{"kind":"scale","By":{"Param":"1x1","Constant":true}}],"Dims":[1,2]}`,
		`{"kind":"flow"}`, `{"kind":"squeeze","Channels":1,"Height":2,"Width":2}`, `{"kind":"cdf","Dist":{"kind":"distuv.normal","Mu":1,"Sigma":2}}`,
	} {
		f.Add(base + part + `]}`)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			return
		}
		b := file(text, tensors...)
		if n := memtest.Allocated(func() { flow.Load(bytes.NewReader(b)) }); n > memtest.Bound(b) {
			t.Errorf("got %d bytes allocated for %d", n, len(b))
		}
	})
}
