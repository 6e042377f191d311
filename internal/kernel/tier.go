package kernel

import "os"

// A tier is an instruction set the kernels are written for, slowest first: portable Go,
// and what the processor's kind has.
type tier uint8

const generic tier = 0

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
