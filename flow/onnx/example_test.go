package onnx_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/onnx"
)

func ExampleExport() {
	model := flow.RealNVP(flow.Arch{Dim: 2, Cond: 1}, rand.NewPCG(1, 2)) // and flow.Fit

	var file bytes.Buffer // or one by os.Create("model.onnx")
	err := onnx.Export(&file, model)
	fmt.Println(err, file.Len() > 10000)

	// what has no translation is named
	fmt.Println(onnx.Export(&file, flow.New(dist.NewStdNormal(2), bijector.UnitVector{})))
	// Output:
	// <nil> true
	// onnx: model.Map.0.UnitVector: got a bijector bijector.UnitVector, which has no translation
}

func ExampleExportSample() {
	model := flow.NSF(flow.Arch{Dim: 2}, rand.NewPCG(1, 2)) // and flow.Fit

	var file bytes.Buffer
	fmt.Println(onnx.ExportSample(&file, model), file.Len() > 10000)
	// Output: <nil> true
}
