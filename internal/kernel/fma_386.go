//go:build !purego

package kernel

import (
	"os"

	"golang.org/x/sys/cpu"
)

// fused says that this processor and its system have the instruction.
var fused = cpu.X86.HasAVX && cpu.X86.HasFMA && os.Getenv("NORMFLOW_KERNEL") != tierNames[generic]

// FMA returns x·y + z, rounded once, by the instruction where there is one.
//
//go:noescape
func FMA(x, y, z float64) float64
