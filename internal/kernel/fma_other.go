//go:build !(amd64 || arm64 || loong64 || ppc64 || ppc64le || riscv64 || s390x) && (!386 || purego)

package kernel

// FMA returns x·y + z, rounded once; the processor has no instruction for it.
func FMA(x, y, z float64) float64 { return softFMA(x, y, z) }
