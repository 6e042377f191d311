// Package pytorch reads normalizing flows that were trained in Python, by the libraries zuko, nflows
// nflows, sbi and normflows, from the state dictionary in a safetensors file:
//
//	model, err := pytorch.Import(file, nil)
//
// The file is what [Describer], run once in Python, writes of a model; of other files, [Settings] answer what
// their tensors leave open.
//
// [ExportZuko] and [ExportNflows] write flows for Python, where [Loader] reads them.
//
// The result is a [flow.Transformed] like any other: it scores, samples, is trained further, saved by
// its own Save and read again by [flow.Load]. What is read, and what is assumed, stands at [Import].
package pytorch
