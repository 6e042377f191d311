//go:build !purego

package kernel

// neon is the vector instructions that every arm64 has.
const neon tier = 1

var tierNames = [...]string{"generic", "neon"}

// supported returns the best tier of this processor.
func supported() tier { return neon }
