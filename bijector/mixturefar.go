package bijector

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// far returns y and log y′ at x by logarithms throughout, and the shares to keep: where tail or density are no
// float64 numbers. With h the derivative of the logarithm of a component's tail,
//
//	f/T = Σₖ tₖ·sₖ·h(uₖ),  tₖ being shares of T
//
// so that no large numbers are subtracted. The columns of work are free at place i.
func (m mixtureCurve) far(i int, x, side float64, p, keep, work columns) (y, ls float64) {
	if math.IsNaN(x) {
		return x, x
	}
	logT, logRatio := math.Inf(-1), math.Inf(-1)
	for j := range m.k {
		v := side * min(max(kernel.FMA(p.at(m.k + j)[i], x, p.at(j)[i]), -farOut), farOut)
		l, hazard := m.logTail(v)
		l += special.Log(m.weight(p, j, i))
		work.at(j)[i], work.at(m.k + j)[i] = l, hazard+p.at(2*m.k + j)[i]
		logT = logAdd(logT, l)
	}
	for j := range m.k {
		work.at(m.k + j)[i] += work.at(j)[i] - logT // first what is large
		logRatio = logAdd(logRatio, work.at(m.k + j)[i])
	}
	if len(keep.data) > 0 {
		keep.at(0)[i] = special.Exp(-logRatio)
		for j := range m.k {
			keep.at(1 + j)[i] = special.Exp(work.at(m.k + j)[i] - logRatio)
			if !m.equal {
				keep.at(1 + m.k + j)[i] = special.Exp(work.at(j)[i] - logT)
			}
		}
	}
	logT = min(logT, 0)
	switch {
	case m.logistic:
		rest := special.Log1mExp(logT)
		return side * (logT - rest), logRatio - rest
	case m.shrink > 0:
		t := kernel.FMA(1-m.shrink, special.Exp(logT), 0.5*m.shrink)
		z := special.NdtrInv(t, 1-t)
		return side * z, logRatio + logT + special.Log1p(-m.shrink) + kernel.FMA(0.5*z, z, halfLog2π)
	}
	z := special.LogNdtrInv(logT, special.Log1mExp(logT))
	_, hazard := m.logTail(z)
	return side * z, logRatio - hazard
}

// logTail returns log F(v), and the logarithm of its derivative.
func (m mixtureCurve) logTail(v float64) (l, hazard float64) {
	if m.logistic {
		return logSigmoid(v), logSigmoid(-v)
	}
	l = special.LogNdtr(v)
	if v > 5 {
		return l, -kernel.FMA(0.5*v, v, halfLog2π) - l
	}
	return l, special.Log(special.Hazard(v))
}

// logSigmoid returns log σ(v).
func logSigmoid(v float64) float64 {
	return min(v, 0) - special.Log1p(special.Exp(-math.Abs(v)))
}

// unshrunk returns the value that Shrink makes y of, or the end of the values.
func (m mixtureCurve) unshrunk(y float64) float64 {
	t := (special.Ndtr(-math.Abs(y)) - 0.5*m.shrink) / (1 - m.shrink)
	t = max(t, 1e-300)
	return math.Copysign(special.NdtrInv(t, 1-t), y)
}
