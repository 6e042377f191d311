package pytorch_test

import (
	"bytes"
	"testing"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/pytorch"
	"github.com/normflow/normflow/internal/niltest"
	"gonum.org/v1/gonum/mat"
)

func TestNil(t *testing.T) {
	m := flow.MAF(flow.Arch{Dim: 2, Cond: 1}, nil)
	niltest.Run(t, "pytorch", map[string]niltest.Call{
		"ExportNflows": niltest.Of(pytorch.ExportNflows, &bytes.Buffer{}, m, mat.NewDense(1, 1, nil)),
		"ExportZuko":   niltest.Of(pytorch.ExportZuko, &bytes.Buffer{}, m, mat.NewDense(1, 1, nil)),
		"Import":       niltest.Of(pytorch.Import, &bytes.Buffer{}, &pytorch.Settings{}),
	})
}
