// Package onnx writes flows as ONNX files, which runtimes for Python, JavaScript, C#, Java, C++ and others evaluate without this library:
//
//	err := onnx.Export(file, model)       // x, context → log_prob
//	err = onnx.ExportSample(file, model)  // z, context → x
//
// The graphs are of standard operators in float64 and reproduce the model's own numbers to rounding. What translates stands in the README; what
// does not is an error that names the part.
package onnx
