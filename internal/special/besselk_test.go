package special

import (
	"math"
	"testing"
)

// The sum of BesselK01 once ran for ever at arguments whose terms overflow.
func TestBesselK01Small(t *testing.T) {
	for _, x := range []float64{1e-18, 1e-21, 1e-100, 1e-300, 1e-320, math.SmallestNonzeroFloat64} {
		k0, k1 := BesselK01(x)
		part, exponent := math.Frexp(x)
		if want := math.Ln2 - (math.Log(part) + float64(exponent)*math.Ln2) - 0.57721566490153286; math.Abs(k0/want-1) > 1e-14 {
			t.Errorf("K₀(%v): got %v, want %v", x, k0, want)
		}
		if want := 1 / x; math.Abs(k1/want-1) > 1e-14 && k1 != want {
			t.Errorf("K₁(%v): got %v, want %v", x, k1, want)
		}
	}
	if k0, k1 := BesselK01(0); !math.IsInf(k0, 1) || !math.IsInf(k1, 1) {
		t.Errorf("K₀(0), K₁(0): got %v, %v, want +Inf", k0, k1)
	}
}
