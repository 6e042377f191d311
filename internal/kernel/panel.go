//go:build (amd64 || arm64) && !purego

package kernel

import "unsafe"

// A panel is the argument of the assembly: C = act(start + A·B) for as many
// columns as fill one, two, four or eight vectors, on AVX-512 three too; the last
// vectors of one, two and, on AVX-512, three and four may be partial. The generator knows the offsets of its
// fields; distances are in bytes.
type panel struct {
	rows, depth int // of A
	a           unsafe.Pointer
	aRow, aCol  int
	b           unsafe.Pointer
	bRow        int
	start       unsafe.Pointer
	startRow    int
	c           unsafe.Pointer
	cRow        int
	mask        uint64 // one bit for each column
	relu        int    // 0 or 1
}

// noStart is the start of a product that starts from 0, for the widest panel.
var noStart [64]float64
