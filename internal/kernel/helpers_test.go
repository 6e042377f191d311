package kernel

import "testing"

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
