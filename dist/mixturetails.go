package dist

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// logWeighted sets dst = log Σ wₖ·exp f(k).
func (m *Mixture) logWeighted(what string, dst []float64, f func(p CDFer) []float64) []float64 {
	dst = sized(what, dst, m.Dim())
	w, parts := weightsOf(m.Logits), make([][]float64, len(m.Parts))
	for k, p := range m.Parts {
		parts[k] = f(p.(CDFer))
	}
	for j := range dst {
		top, sum := math.Inf(-1), 0.0
		for k, l := range parts {
			if w[k] > 0 {
				top = max(top, l[j])
			}
		}
		for k, l := range parts {
			if w[k] > 0 && !math.IsInf(l[j], -1) {
				sum = kernel.FMA(w[k], special.Exp(l[j]-top), sum)
			}
		}
		dst[j] = top
		if !math.IsInf(top, -1) {
			dst[j] += special.Log(sum)
		}
	}
	return dst
}

// logTails returns log P(Xⱼ ≤ xⱼ) and log P(Xⱼ > xⱼ), near 0 from each other.
func (m *Mixture) logTails(x []float64) (lower, upper []float64) {
	lower = m.logWeighted("LogCDF", nil, func(p CDFer) []float64 { return LogCDF(p, nil, x) })
	upper = m.logWeighted("LogSurvival", nil, func(p CDFer) []float64 { return LogSurvival(p, nil, x) })
	for j, l := range lower {
		if l > upper[j] {
			lower[j] = special.Log1mExp(upper[j])
		} else {
			upper[j] = special.Log1mExp(l)
		}
	}
	return lower, upper
}

// LogCDF sets dst[j] = log P(Xⱼ ≤ xⱼ). It panics unless all parts are [CDFer]s.
func (m *Mixture) LogCDF(dst, x []float64) []float64 {
	dst = sized("LogCDF", dst, m.Dim())
	copy(dst, first(m.logTails(x)))
	return dst
}

// LogSurvival sets dst[j] = log P(Xⱼ > xⱼ). It panics unless all parts are
// [CDFer]s.
func (m *Mixture) LogSurvival(dst, x []float64) []float64 {
	dst = sized("LogSurvival", dst, m.Dim())
	copy(dst, second(m.logTails(x)))
	return dst
}

// LogInterval sets dst[j] = log P(aⱼ < Xⱼ ≤ bⱼ), −Inf unless aⱼ < bⱼ. It panics
// unless all parts are [CDFer]s.
func (m *Mixture) LogInterval(dst, a, b []float64) []float64 {
	return m.logWeighted("LogInterval", dst, func(p CDFer) []float64 { return LogInterval(p, nil, a, b) })
}

// InverseSurvival sets dst[j] to the smallest x with P(Xⱼ > x) ≤ qⱼ, by bisection.
// It panics unless all parts are [TailQuantiler]s and [CDFer]s, and 0 ≤ qⱼ ≤ 1.
func (m *Mixture) InverseSurvival(dst, q []float64) []float64 {
	checkProbabilities("InverseSurvival", q)
	l := make([]float64, len(q))
	for j, q := range q {
		l[j] = special.Log(q)
	}
	return m.InverseLogSurvival(dst, l)
}

// InverseLogCDF sets dst[j] to the smallest x with log P(Xⱼ ≤ x) ≥ lⱼ, by
// bisection. It panics unless all parts are [TailQuantiler]s and [CDFer]s, and lⱼ ≤ 0.
func (m *Mixture) InverseLogCDF(dst, l []float64) []float64 {
	return m.bisect("InverseLogCDF", dst,
		func(part Distribution) []float64 { return part.(TailQuantiler).InverseLogCDF(nil, l) },
		func(reached []bool, x []float64) {
			for j, lower := range first(m.logTails(x)) {
				reached[j] = lower >= l[j]
			}
		})
}

// InverseLogSurvival sets dst[j] to the smallest x with log P(Xⱼ > x) ≤ lⱼ, by
// bisection. It panics unless all parts are [TailQuantiler]s and [CDFer]s, and lⱼ ≤ 0.
func (m *Mixture) InverseLogSurvival(dst, l []float64) []float64 {
	return m.bisect("InverseLogSurvival", dst,
		func(part Distribution) []float64 { return part.(TailQuantiler).InverseLogSurvival(nil, l) },
		func(reached []bool, x []float64) {
			for j, upper := range second(m.logTails(x)) {
				reached[j] = upper <= l[j]
			}
		})
}
