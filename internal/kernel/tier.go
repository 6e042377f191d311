package kernel

import "os"

// A tier is an instruction set the kernels are written for, slowest first.
type tier uint8

const (
	generic tier = iota // portable Go
	avx2                // AVX2 with FMA
	avx512              // AVX-512 F, DQ, BW and VL
)

var tierNames = [...]string{generic: "generic", avx2: "avx2", avx512: "avx512"}

func (t tier) String() string { return tierNames[t] }

// active is the tier in use. It is chosen once, at start; the environment variable
// lowers it, and only tests change it later. All tiers give the same bits.
var active = choose(supported(), os.Getenv("NORMFLOW_KERNEL"))

// choose returns the tier called name, or best when that is none of ours or
// more than this processor has.
func choose(best tier, name string) tier {
	for t := generic; t < best; t++ {
		if t.String() == name {
			return t
		}
	}
	return best
}
