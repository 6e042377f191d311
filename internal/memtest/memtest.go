// Package memtest helps tests of what reads files from anywhere: memory must
// follow the size of a file, not what it claims.
package memtest

import "runtime"

// Allocated returns how many bytes f allocates in all.
func Allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Bound is how many bytes reading a file of n bytes may allocate.
func Bound(n int) uint64 { return uint64(2*n + 1<<20) }
