//go:build !purego

package kernel

import "testing"

func TestChoose(t *testing.T) {
	for _, c := range []struct {
		best tier
		name string
		want tier
	}{
		{avx512, "", avx512},
		{avx512, "avx512", avx512},
		{avx512, "avx2", avx2},
		{avx512, "generic", generic},
		{avx512, "neon", avx512},
		{avx2, "avx512", avx2},
		{generic, "avx2", generic},
	} {
		if got := choose(c.best, c.name); got != c.want {
			t.Errorf("choose(%v, %q) = %v, want %v", c.best, c.name, got, c.want)
		}
	}
}
