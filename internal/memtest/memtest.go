// Package memtest helps tests of what reads files from anywhere: memory must
// follow the size of a file, not what it claims.
package memtest

import (
	"encoding/binary"
	"runtime"
)

// Allocated returns how many bytes f allocates in all.
func Allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Bound is how many bytes reading a safetensors file may allocate: twice those of the numbers, eight
// times those of the text before them, and 1 MiB.
func Bound(file []byte) uint64 {
	n, text := uint64(len(file)), uint64(0)
	if len(file) >= 8 {
		text = min(binary.LittleEndian.Uint64(file), n-8)
	}
	return 2*(n-text) + 8*text + 1<<20
}
