// Package memtest helps tests of memory: of what reads files from anywhere it must
// follow the size of a file, not what it claims; of what runs often it must be none.
package memtest

import (
	"encoding/binary"
	"runtime"
	"testing"
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

// AllocatesNothing fails unless a step of some allocates nothing: pools lose what they
// hold now and then, and under the race detector a quarter of all that they get.
func AllocatesNothing(t *testing.T, step func()) {
	t.Helper()
	step()
	least := testing.AllocsPerRun(1, step)
	for i := 0; i < 2000 && least > 0; i++ {
		least = min(least, testing.AllocsPerRun(1, step))
	}
	if least > 0 {
		t.Errorf("got %v allocations a step, want none", least)
	}
}
