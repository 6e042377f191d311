//go:build !purego

package kernel

import "golang.org/x/sys/cpu"

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
