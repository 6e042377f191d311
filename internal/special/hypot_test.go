package special

import (
	"math"
	"testing"
)

func TestHypot(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	numbers := []float64{0, math.SmallestNonzeroFloat64, 1e-300, 3e-155, 1e-9, 0.3, 1, 4, 1e9, 2e154, 1e300, inf}
	for _, x := range numbers {
		for _, y := range numbers {
			got, want := Hypot(-x, y), math.Hypot(x, y)
			if got != want && !(math.Abs(got-want) <= max(4e-16*want, math.SmallestNonzeroFloat64)) {
				t.Errorf("Hypot(%v, %v): got %v, want %v", -x, y, got, want)
			}
		}
		if got := Hypot(nan, x); !math.IsNaN(got) && !math.IsInf(x, 0) {
			t.Errorf("Hypot(NaN, %v): got %v, want NaN", x, got)
		}
	}
}
