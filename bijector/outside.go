package bijector

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
)

// beyond sets x = ±∞ and ls = −∞ where y is outside the open interval from lo to hi.
func beyond(x, ls, y []float64, lo, hi float64) {
	for i, v := range y {
		if v <= lo {
			x[i], ls[i] = math.Inf(-1), math.Inf(-1)
		} else if v >= hi {
			x[i], ls[i] = math.Inf(1), math.Inf(-1)
		}
	}
}

// allFinite reports whether all numbers are finite, and may deny it of very large ones.
func allFinite(x []float64) bool {
	s := kernel.Sum(x)
	return s-s == 0
}

// unit sets x to its limits and ls to −∞ where y is not between 0 and 1.
func unit(x, ls, y []float64, lo, hi float64) {
	for i, v := range y {
		if v <= 0 {
			x[i], ls[i] = lo, math.Inf(-1)
		} else if v >= 1 {
			x[i], ls[i] = hi, math.Inf(-1)
		}
	}
}

// notPositive sets y = 0 and ls = −∞ where x ≤ 0.
func notPositive(y, ls, x []float64) {
	for i, v := range x {
		if v <= 0 {
			y[i], ls[i] = 0, math.Inf(-1)
		}
	}
}
