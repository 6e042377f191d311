package dist

import (
	"math"

	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/special"
)

// A LogCDFer knows the logarithms of the distribution function of each column,
// exact also where the function itself underflows. [LogCDF], [LogSurvival] and
// [LogInterval] use them where there are any.
type LogCDFer interface {
	// LogCDF sets dst[j] = log P(Xⱼ ≤ xⱼ).
	LogCDF(dst, x []float64) []float64
	// LogSurvival sets dst[j] = log P(Xⱼ > xⱼ).
	LogSurvival(dst, x []float64) []float64
	// LogInterval sets dst[j] = log P(aⱼ < Xⱼ ≤ bⱼ), −Inf unless aⱼ < bⱼ.
	LogInterval(dst, a, b []float64) []float64
}

// A TailQuantiler knows quantiles by their distance from 1, and by logarithms.
type TailQuantiler interface {
	// InverseSurvival sets dst[j] to the smallest x with P(Xⱼ > x) ≤ qⱼ. It
	// panics unless 0 ≤ qⱼ ≤ 1.
	InverseSurvival(dst, q []float64) []float64
	// InverseLogCDF sets dst[j] to the smallest x with log P(Xⱼ ≤ x) ≥ lⱼ. It
	// panics unless lⱼ ≤ 0.
	InverseLogCDF(dst, l []float64) []float64
	// InverseLogSurvival sets dst[j] to the smallest x with log P(Xⱼ > x) ≤ lⱼ.
	// It panics unless lⱼ ≤ 0.
	InverseLogSurvival(dst, l []float64) []float64
}

// LogCDF sets dst[j] = log P(Xⱼ ≤ xⱼ); nil allocates. Unless d is a [LogCDFer], it
// is −Inf where the distribution function underflows.
func LogCDF(d CDFer, dst, x []float64) []float64 {
	need.One("dist: LogCDF", "distribution", d)
	if l, ok := logCDFer(d); ok {
		return l.LogCDF(dst, x)
	}
	return logsOf("LogCDF", dst, d.CDF(nil, x), d.Survival(nil, x))
}

// LogSurvival sets dst[j] = log P(Xⱼ > xⱼ); nil allocates. Unless d is a
// [LogCDFer], it is −Inf where the probability underflows.
func LogSurvival(d CDFer, dst, x []float64) []float64 {
	need.One("dist: LogSurvival", "distribution", d)
	if l, ok := logCDFer(d); ok {
		return l.LogSurvival(dst, x)
	}
	return logsOf("LogSurvival", dst, d.Survival(nil, x), d.CDF(nil, x))
}

// LogInterval sets dst[j] = log P(aⱼ < Xⱼ ≤ bⱼ), −Inf unless aⱼ < bⱼ; nil
// allocates. Unless d is a [LogCDFer], it is a difference of two probabilities,
// those of the tail in which both are smaller.
func LogInterval(d CDFer, dst, a, b []float64) []float64 {
	need.One("dist: LogInterval", "distribution", d)
	if l, ok := logCDFer(d); ok {
		return l.LogInterval(dst, a, b)
	}
	checkLen("LogInterval", len(b), len(a))
	dst = sized("LogInterval", dst, len(a))
	la, ua := LogCDF(d, nil, a), LogSurvival(d, nil, a)
	lb, ub := LogCDF(d, nil, b), LogSurvival(d, nil, b)
	for j := range dst {
		dst[j] = logBetween(a[j], b[j], la[j], ua[j], lb[j], ub[j])
	}
	return dst
}

// logBetween returns log P(a < X ≤ b), given the logarithms of both tails at
// both ends.
func logBetween(a, b, la, ua, lb, ub float64) float64 {
	switch {
	case math.IsNaN(a) || math.IsNaN(b):
		return a + b
	case a >= b:
		return math.Inf(-1)
	case lb < ua:
		return logMinus(lb, la)
	}
	return logMinus(ua, ub)
}

// logMinus returns log(eᵃ − eᵇ) for a ≥ b.
func logMinus(a, b float64) float64 {
	if math.IsInf(a, -1) || b >= a {
		return math.Inf(-1)
	}
	return a + special.Log1mExp(b-a)
}

// logsOf returns the logarithms of p, given q = 1 − p too.
func logsOf(what string, dst, p, q []float64) []float64 {
	dst = sized(what, dst, len(p))
	for j := range p {
		dst[j] = -minusLog(p[j], q[j])
	}
	return dst
}

// InverseSurvival sets dst[j] to the smallest x with P(Xⱼ > x) ≤ qⱼ; nil
// allocates. Unless d is a [TailQuantiler], it is the quantile of 1 − qⱼ. It panics
// unless 0 ≤ qⱼ ≤ 1.
func InverseSurvival(d Quantiler, dst, q []float64) []float64 {
	need.One("dist: InverseSurvival", "distribution", d)
	if t, ok := d.(TailQuantiler); ok {
		return t.InverseSurvival(dst, q)
	}
	if m, ok := d.(withMarginals); ok {
		return m.marginal().InverseSurvival(dst, q)
	}
	checkProbabilities("InverseSurvival", q)
	p := make([]float64, len(q))
	for j, q := range q {
		p[j] = 1 - q
	}
	return d.Quantile(dst, p)
}

// withMarginals is a distribution of dependent columns, each of which is known.
type withMarginals interface{ marginal() *Columns }

// logCDFer returns what knows the logarithms of d's distribution function.
func logCDFer(d CDFer) (LogCDFer, bool) {
	if m, ok := d.(withMarginals); ok {
		return m.marginal(), true
	}
	l, ok := d.(LogCDFer)
	return l, ok
}
