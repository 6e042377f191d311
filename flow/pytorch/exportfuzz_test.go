package pytorch_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/pytorch"
	"github.com/normflow/normflow/internal/rng"
)

// exportedFiles are small files of what only exported models have.
func exportedFiles(t testing.TB) (files [][]byte) {
	t.Helper()
	small := flow.Arch{Dim: 2, Cond: 1, Hidden: []int{3}, Bins: 3, Layers: 1}
	for _, c := range []struct {
		of    func(flow.Arch, rand.Source) *flow.Transformed
		write exporter
	}{
		{flow.MAF, pytorch.ExportZuko}, {flow.RealNVP, pytorch.ExportZuko}, {flow.BPF, pytorch.ExportZuko},
		{flow.NSF, pytorch.ExportNflows}, {flow.NSFAR, pytorch.ExportNflows}, {flow.RealNVP, pytorch.ExportNflows}, {flow.IAF, pytorch.ExportNflows},
	} {
		var b bytes.Buffer
		if err := c.write(&b, shaken(c.of(small, rng.New(1))), normals(2, 1)); err != nil {
			t.Fatal(err)
		}
		files = append(files, b.Bytes())
	}
	return files
}
