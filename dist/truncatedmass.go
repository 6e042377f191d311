package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// below returns P(X < x) and P(X ≥ x).
func (f *family) below(x float64, p nums) (lower, upper float64) {
	if f.integer {
		return f.tails(math.Ceil(x)-1, p)
	}
	return f.tails(x, p)
}

// mass returns P(a ≤ X ≤ b), 0 if it underflows.
func (f *family) mass(a, b float64, p nums) float64 {
	if f.between != nil && a < b {
		_, scale := f.where(p)
		if m := f.between(f.toStandard(a, p), f.toStandard(b, p), (b-a)/scale, p); m >= 0 {
			return m
		}
	}
	la, ua := f.below(a, p)
	lb, ub := f.tails(b, p)
	switch {
	case f.integer || b <= a:
	case la < ua && lb-la < 0.1*la || la >= ua && ua-ub < 0.1*ub:
		return f.short(a, b, p)
	}
	switch {
	case lb < 0.5:
		return lb - la
	case ua < 0.5:
		return ua - ub
	}
	return 1 - la - ub
}

// short returns ∫p from a to b, an interval so short that the difference of two
// distribution functions cancels. Corners are expected at the mode only.
func (f *family) short(a, b float64, p nums) float64 {
	if f.mode != nil {
		if m := f.modeOf(p); a < m && m < b {
			return f.short(a, m, p) + f.short(m, b, p)
		}
	}
	x := make([]float64, len(nodes.weight))
	for i := range x {
		x[i] = kernel.FMA(nodes.lower[i], b, nodes.upper[i]*a)
	}
	sum := 0.0
	for i, lp := range f.at(x, p) {
		if nodes.weight[i] > 1e-25 {
			sum = kernel.FMA(nodes.weight[i], special.Exp(lp), sum)
		}
	}
	return sum * (b - a)
}

// massShape is the shape of a function of parameters.
func massShape(p []autodiff.Var) autodiff.Shape {
	s := autodiff.Shape{Rows: 1, Cols: 1}
	for _, v := range p {
		s.Cols = max(s.Cols, v.Cols())
	}
	return s
}

// massOp is logMass; its inputs are the parameters, its attributes the family
// and the places of the bounds.
var massOp = &autodiff.Op{
	Name: "TruncatedMass",
	Forward: func(c *autodiff.Call) {
		t := truncation{c.Args().Ref.(*family), c.Args().I, c.Args().J}
		for j := range c.Out(0) {
			p := massParams(c, j)
			lo, hi := t.bounds(p)
			c.Out(0)[j] = t.logMass(lo, hi, p)
		}
	},
	Backward: func(c *autodiff.Call) {
		t := truncation{c.Args().Ref.(*family), c.Args().I, c.Args().J}
		for j, dy := range c.OutGrad(0) {
			p := massParams(c, j)
			grad := t.massGrad(p, c.Out(0)[j])
			for k := range c.Len() {
				if g := c.InGrad(k); g != nil {
					g[min(j, len(g)-1)] += float64(grad[k] * dy)
				}
			}
		}
	},
}

func massParams(c *autodiff.Call, j int) (p nums) {
	for k := range c.Len() {
		p[k] = of(c.In(k), j)
	}
	return p
}

// massGrad returns the gradient of logMass: the density at the bounds, and the
// expectation of the gradient of the log-density within them.
func (t truncation) massGrad(p nums, logMass float64) (grad nums) {
	x, w := t.sampleInside(p, logMass)
	tape := autodiff.NewTape()
	var θ vars
	for k := range t.params {
		θ[k] = tape.Variable(column(p[k : k+1]))
	}
	lps := t.logDensityOf(tape.View(len(x), 1, x), θ)
	tape.Backward(lps.Mul(tape.View(len(w), 1, w)).Sum())
	for k := range t.params {
		if g := θ[k].Grad(); g != nil {
			grad[k] = g[0]
		}
	}
	if t.integer {
		return grad // moving a bound changes nothing
	}
	lo, hi := t.bounds(p)
	atLow, atHigh := t.densities(lo, hi, logMass, p)
	if t.low >= 0 && lo == p[t.low] {
		grad[t.low] = -atLow
	}
	if t.high >= 0 && hi == p[t.high] {
		grad[t.high] = atHigh
	}
	return grad
}

// densities returns those of the truncated distribution at its ends.
func (t truncation) densities(lo, hi, logMass float64, p nums) (atLow, atHigh float64) {
	if logMass > logFaint {
		lp := t.at([]float64{lo, hi}, p)
		return special.Exp(lp[0] - logMass), special.Exp(lp[1] - logMass)
	}
	e := t.edgeIn(lo, hi, p)
	total := e.logBetween(0, e.width)
	near, far := special.Exp(-total), special.Exp(-e.dropAt(e.width)-total)
	if e.sign > 0 {
		return near, far
	}
	return far, near
}

// sampleInside returns points and weights for expectations within the bounds.
func (t truncation) sampleInside(p nums, logMass float64) (x, w []float64) {
	lo, hi := t.bounds(p)
	switch {
	case !(logMass > logFaint) || !t.integer && t.isGap(lo, hi, special.Exp(logMass), p):
		e := t.edgeIn(lo, hi, p)
		total := e.logBetween(0, e.width)
		y, _, weight := e.points(0, e.width)
		for i, y := range y {
			x, w = append(x, kernel.FMA(e.sign, y, e.end)), append(w, weight[i]*special.Exp(-total))
		}
		return x, w
	case !t.integer:
		for i, weight := range nodes.weight {
			if nodes.lower[i] > 1e-20 && nodes.upper[i] > 1e-20 {
				x, w = append(x, t.invert(nodes.lower[i], nodes.upper[i], special.Exp(logMass), p)), append(w, weight)
			}
		}
		return x, w
	}
	for k := math.Ceil(max(lo, t.count(1e-22, 1, p))); k <= min(hi, max(t.count(1, 1e-22, p), lo+40)); k++ {
		x = append(x, k)
	}
	for _, lp := range t.at(x, p) {
		w = append(w, special.Exp(lp-logMass))
	}
	return x, w
}
