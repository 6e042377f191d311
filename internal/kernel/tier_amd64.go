//go:build !purego

package kernel

import "golang.org/x/sys/cpu"

const (
	avx2   tier = iota + 1 // AVX2 with FMA
	avx512                 // AVX-512 F, DQ, BW and VL
)

var tierNames = [...]string{"generic", "avx2", "avx512"}

// supported returns the best tier this processor and its system have.
func supported() tier {
	x := &cpu.X86
	switch {
	case !x.HasAVX2 || !x.HasFMA:
		return generic
	case x.HasAVX512F && x.HasAVX512DQ && x.HasAVX512BW && x.HasAVX512VL:
		return avx512
	}
	return avx2
}
