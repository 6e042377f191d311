package calibration

import (
	"fmt"
	"math"
)

// An Estimate is a value and its standard error, which is 0 where the value
// is exact.
type Estimate struct {
	Value, SE float64
}

// String returns the value, with its standard error if it has one.
func (e Estimate) String() string {
	if e.SE == 0 {
		return fmt.Sprintf("%.4g (exact)", e.Value)
	}
	return fmt.Sprintf("%.4g ± %.2g", e.Value, e.SE)
}

// meanOf returns the mean of x and its standard error.
func meanOf(x []float64) Estimate {
	n := float64(len(x))
	var sum float64
	for _, v := range x {
		sum += v
	}
	mean := sum / n
	var squares float64
	for _, v := range x {
		squares += (v - mean) * (v - mean)
	}
	if len(x) < 2 {
		return Estimate{mean, math.NaN()}
	}
	return Estimate{mean, math.Sqrt(squares / (n - 1) / n)}
}

// pText returns a p-value in words; the null distributions are not good to more
// digits.
func pText(p float64) string {
	if p < 1e-5 {
		return "p < 1e-5"
	}
	return fmt.Sprintf("p = %.2g", p)
}
