package special

import (
	"math"
	"slices"
)

// LogSumExp returns log Σ exp xᵢ. It panics if there is no x.
func LogSumExp(x []float64) float64 {
	most := slices.Max(x)
	if math.IsInf(most, 0) {
		return most
	}
	sum := 0.0
	for _, v := range x {
		sum += Exp(v - most)
	}
	return most + Log(sum)
}
