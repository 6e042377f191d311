package dist

import (
	"fmt"
	"math"
	"slices"

	"github.com/normflow/normflow/autodiff"
)

// Parameters at the ends of their domains, where a distribution has a limit.

// bounded returns v kept in the open interval from lo to hi; a constant may also be one of the limits given.
func bounded(what, name string, v autodiff.Value, lo, hi float64, limits ...float64) autodiff.Value {
	inside := !v.IsZero() && v.Constant
	if inside {
		for _, x := range v.Numbers() {
			inside = inside && (x > lo && x < hi || slices.Contains(limits, x))
		}
	}
	if inside {
		return v
	}
	return v.Within("dist: "+what+": "+name, lo, hi)
}

// endless stands for an infinite parameter of a distribution that has a limit: its numbers are those of the limit to
// the last digit.
const endless = 1e300

// unlimited returns v with endless for infinite constants.
func unlimited(v autodiff.Value) autodiff.Value {
	if v.IsZero() || !v.Constant {
		return v
	}
	x := v.Numbers()
	for i := range x {
		x[i] = min(max(x[i], -endless), endless)
	}
	return autodiff.Fixed(x...)
}

// degrees returns v kept positive, of which constants may be infinite.
func degrees(what, name string, v autodiff.Value) autodiff.Value {
	return positive(what, name, unlimited(v))
}

// leastShape is where shapes are so small that 1/Γ(a) is a to the last digit, and quotients may overflow.
const leastShape = 1e-290

// half returns ν/2, which is not 0 for the least number either.
func half(ν float64) float64 { return max(0.5*ν, math.SmallestNonzeroFloat64) }

// checkFinite says whether a constant is infinite.
func checkFinite(what string, v autodiff.Value) error {
	if v.Constant {
		for _, x := range v.Numbers() {
			if math.IsInf(x, 0) {
				return fmt.Errorf("dist: %s: got %v, want finite numbers", what, x)
			}
		}
	}
	return nil
}
