package onnx_test

import (
	"bytes"
	"testing"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/onnx"
	"github.com/normflow/normflow/internal/niltest"
)

func TestNil(t *testing.T) {
	m := flow.New(dist.NewStdNormal(2))
	niltest.Run(t, "onnx", map[string]niltest.Call{
		"Export":       niltest.Of(onnx.Export, &bytes.Buffer{}, m),
		"ExportSample": niltest.Of(onnx.ExportSample, &bytes.Buffer{}, m),
	})
}
