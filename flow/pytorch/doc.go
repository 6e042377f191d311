// Package pytorch reads normalizing flows that were trained in Python, by the libraries zuko, nflows
// and normflows, from the state dictionary in a safetensors file:
//
//	model, err := pytorch.Import(file, nil)
//
// The result is a [flow.Transformed] like any other: it scores, samples, is trained further, saved by
// its own Save and read again by [flow.Load]. What is read, and what is assumed, stands at [Import].
package pytorch
