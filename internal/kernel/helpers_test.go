package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// eachTier runs f once in every tier this machine has, as a subtest.
func eachTier(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	for v := generic; v <= supported(); v++ {
		t.Run(v.String(), func(t *testing.T) { inTier(v, func() { f(t) }) })
	}
}

// inTier runs f with the kernels of tier v. Tests that use it are not parallel.
func inTier(v tier, f func()) {
	defer func(old tier) { active = old }(active)
	active = v
	f()
}

// normals returns n draws from the standard normal distribution.
func normals(r *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return x
}

// guarded returns a slice as guardedOf does, of float64.
func guarded(n, shift int) (x []float64, verify func(t *testing.T, what string)) {
	return guardedOf[float64](n, shift)
}

// guardedOf returns a slice of n NaNs between two regions that verify, to be
// called after the use of the slice, checks are untouched. It starts shift
// numbers after the first region.
func guardedOf[T number](n, shift int) (x []T, verify func(t *testing.T, what string)) {
	const guard = 64
	all := make([]T, guard+shift+n+guard)
	for i := range all {
		all[i] = odd[T]()
	}
	canary := bitsOf(all[0])
	x = all[guard+shift : guard+shift+n : guard+shift+n]
	return x, func(t *testing.T, what string) {
		t.Helper()
		for i, v := range all {
			inside := i >= guard+shift && i < guard+shift+n
			if !inside && bitsOf(v) != canary {
				t.Fatalf("%s: wrote %v at %d, outside the %d numbers", what, v, i-guard-shift, n)
			}
		}
	}
}

// bitsOf returns the bits of x.
func bitsOf[T number](x T) uint64 {
	switch x := any(x).(type) {
	case float32:
		return uint64(math.Float32bits(x))
	case float64:
		return math.Float64bits(x)
	}
	panic("neither float32 nor float64")
}

// odd returns a NaN that no arithmetic gives.
func odd[T number]() T {
	var x any = math.Float64frombits(0x7ff8_dead_beef_0001)
	if v, ok := x.(T); ok {
		return v
	}
	x = math.Float32frombits(0x7fc0_dead)
	return x.(T)
}
