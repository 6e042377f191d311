package dist

import (
	"fmt"

	"github.com/normflow/normflow/internal/special"
)

// LogCDF sets dst[j] = log P(Xⱼ ≤ xⱼ).
func (c *Columns) LogCDF(dst, x []float64) []float64 {
	f := c.Of.family()
	return c.each("LogCDF", dst, x, func(x float64, p nums) float64 { return first(f.logTailsOf(x, p)) })
}

// LogSurvival sets dst[j] = log P(Xⱼ > xⱼ).
func (c *Columns) LogSurvival(dst, x []float64) []float64 {
	f := c.Of.family()
	return c.each("LogSurvival", dst, x, func(x float64, p nums) float64 { return second(f.logTailsOf(x, p)) })
}

// LogInterval sets dst[j] = log P(aⱼ < Xⱼ ≤ bⱼ), −Inf unless aⱼ < bⱼ.
func (c *Columns) LogInterval(dst, a, b []float64) []float64 {
	checkLen("LogInterval", len(a), c.D)
	checkLen("LogInterval", len(b), c.D)
	dst = sized("LogInterval", dst, c.D)
	f := c.Of.family()
	for j, p := range c.params() {
		dst[j] = f.logIntervalOf(a[j], b[j], p)
	}
	return dst
}

// InverseSurvival sets dst[j] to the smallest x with P(Xⱼ > x) ≤ qⱼ. It panics
// unless 0 ≤ qⱼ ≤ 1.
func (c *Columns) InverseSurvival(dst, q []float64) []float64 {
	checkProbabilities("InverseSurvival", q)
	f := c.Of.family()
	return c.each("InverseSurvival", dst, q, func(q float64, θ nums) float64 { return f.quantileOf(1-q, q, θ) })
}

// InverseLogCDF sets dst[j] to the smallest x with log P(Xⱼ ≤ x) ≥ lⱼ. It panics
// unless lⱼ ≤ 0.
func (c *Columns) InverseLogCDF(dst, l []float64) []float64 {
	checkLogs("InverseLogCDF", l)
	f := c.Of.family()
	return c.each("InverseLogCDF", dst, l, func(l float64, θ nums) float64 { return f.logQuantileOf(l, special.Log1mExp(l), θ) })
}

// InverseLogSurvival sets dst[j] to the smallest x with log P(Xⱼ > x) ≤ lⱼ. It
// panics unless lⱼ ≤ 0.
func (c *Columns) InverseLogSurvival(dst, l []float64) []float64 {
	checkLogs("InverseLogSurvival", l)
	f := c.Of.family()
	return c.each("InverseLogSurvival", dst, l, func(l float64, θ nums) float64 { return f.logQuantileOf(special.Log1mExp(l), l, θ) })
}

func checkLogs(what string, l []float64) {
	for _, l := range l {
		if !(l <= 0) {
			panic(fmt.Sprintf("dist: %s: got %v, want the logarithm of a probability", what, l))
		}
	}
}
