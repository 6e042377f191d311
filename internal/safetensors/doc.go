// Package safetensors reads and writes the file format of that name: named
// arrays of numbers, with text beside them, that every language reads.
//
//	8 bytes      N, the length of the header, little-endian
//	N bytes      {"name": {"dtype": "F64", "shape": [2, 3], "data_offsets": [0, 48]}, …, "__metadata__": {"key": "value"}}
//	what is left the numbers, little-endian, row by row, without holes
//
// The reader believes nothing: every claim of the header is checked before
// memory is set aside for it, and numbers are given memory as they arrive.
//
// Format: github.com/huggingface/safetensors, README, section "Format".
package safetensors
