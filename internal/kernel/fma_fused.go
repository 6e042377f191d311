//go:build amd64 || arm64 || loong64 || ppc64 || ppc64le || riscv64 || s390x

package kernel

import "math"

// FMA returns x·y + z, rounded once, by the processor's instruction.
func FMA(x, y, z float64) float64 { return math.FMA(x, y, z) }
