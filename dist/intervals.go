package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// LogCensored returns the logarithms of the likelihoods of values that are known to lie between
// bounds, n×d each → n×d: log P(low < X ≤ high), and where low = high the log-density there. An
// infinite bound is none. The gradients in locations, scales and bounds are densities; those in
// other parameters are by quadrature, about a tenth of a millisecond a number. It panics if low or
// high have another number of columns, or for a distribution of more than four parameters.
func (c *Columns) LogCensored(low, high autodiff.Var) autodiff.Var {
	checkCols("Columns: LogCensored", low.Cols(), c.D)
	checkCols("Columns: LogCensored", high.Cols(), c.D)
	f, p := c.Of.family(), on(c.Of, low.Tape())
	if err := checkFew("LogCensored", f); err != nil {
		panic(err.Error())
	}
	exact := exactOp.Apply(nil, autodiff.Args{}, high.Shape(), high, low)
	return sameOp.of(f.logDensityOf(exact, p), f.logInterval(low, high, p), low, high)
}

// exactOp has inputs high and low: it is high where they are the same, and else a finite number.
var exactOp = &autodiff.Op{
	Name: "Exact",
	Forward: func(c *autodiff.Call) {
		for i, v := range c.In(0) {
			if w := c.In(1)[i]; v != w && math.IsInf(v, 0) {
				if v = w; math.IsInf(v, 0) {
					v = 0
				}
			}
			c.Out(0)[i] = v
		}
	},
	Backward: func(c *autodiff.Call) {
		g := c.InGrad(0)
		for i, dy := range c.OutGrad(0) {
			if g != nil && c.In(0)[i] == c.In(1)[i] {
				g[i] += dy
			}
		}
	},
}

// sameOp has inputs log p, log P, low and high.
var sameOp = newFused("Censored",
	func(x args) float64 {
		if x[2] == x[3] {
			return x[0]
		}
		return x[1]
	},
	func(x args) args {
		if x[2] == x[3] {
			return args{1, 0, 0, 0}
		}
		return args{0, 1, 0, 0}
	})

// logInterval returns log P(a < X ≤ b) on the tape.
func (f *family) logInterval(a, b autodiff.Var, p vars) autodiff.Var {
	inputs := [2 + maxParams]autodiff.Var{a, b}
	n := copy(inputs[2:], p[:len(f.params)])
	return intervalOp.Apply(nil, autodiff.Args{Ref: f}, b.Shape(), inputs[:2+n]...)
}

// intervalOp has inputs a and b, n×d, and the parameters of the family Ref.
var intervalOp = &autodiff.Op{
	Name: "LogInterval",
	Forward: func(c *autodiff.Call) {
		f, d := c.Args().Ref.(*family), c.OutShape(0).Cols
		for i := range c.Out(0) {
			c.Out(0)[i] = f.logBetween(c.In(0)[i], c.In(1)[i], intervalParams(c, i%d))
		}
	},
	Backward: func(c *autodiff.Call) {
		f, d := c.Args().Ref.(*family), c.OutShape(0).Cols
		known := map[[3]float64]nums{} // rows of integers repeat
		for i, dy := range c.OutGrad(0) {
			l := c.Out(0)[i]
			if dy == 0 || math.IsInf(l, 0) || math.IsNaN(l) {
				continue
			}
			j, a, b := i%d, c.In(0)[i], c.In(1)[i]
			key := [3]float64{float64(j), a, b}
			grad, ok := known[key]
			if !ok {
				grad = f.intervalGrad(a, b, l, intervalParams(c, j), c)
				known[key] = grad
			}
			n := len(f.params)
			for k := range n {
				if g := c.InGrad(2 + k); g != nil {
					g[min(j, len(g)-1)] += float64(grad[k] * dy)
				}
			}
			for k := range 2 {
				if g := c.InGrad(k); g != nil {
					g[i] += float64(grad[n+k] * dy)
				}
			}
		}
	},
}

// logBetween is logIntervalOf, with the family's own tails where there is one bound.
func (f *family) logBetween(a, b float64, p nums) (l float64) {
	switch {
	case math.IsInf(a, -1):
		l, _ = f.logTailsOf(b, p)
	case math.IsInf(b, 1):
		_, l = f.logTailsOf(a, p)
	default:
		l = f.logIntervalOf(a, b, p)
	}
	if math.IsNaN(l) && !math.IsNaN(a) && !math.IsNaN(b) {
		return math.Inf(-1) // of a bound that rounding brings to the end of the support
	}
	return l
}

func intervalParams(c *autodiff.Call, j int) (p nums) {
	for k := range c.Len() - 2 {
		p[k] = of(c.In(2+k), j)
	}
	return p
}

// intervalGrad returns the gradient of log P(a < X ≤ b) = l in the parameters that need one, and
// behind them in a and b.
func (f *family) intervalGrad(a, b, l float64, p nums, c *autodiff.Call) (grad nums) {
	n, placed := len(f.params), map[standard]int{plain: 0, locScale: 2, scaled: 1, rated: 1}[f.kind]
	if f.integer {
		placed = 0
	}
	for k := placed; k < n; k++ {
		if c.InGrad(2+k) == nil {
			continue
		}
		q := p
		if q[n], q[n+1] = a, b; f.integer {
			q[n], q[n+1] = math.Floor(a)+1, math.Floor(b)
		}
		grad = truncation{f, n, n + 1}.massGrad(q, l)
		break
	}
	if f.integer {
		grad[n], grad[n+1] = 0, 0
		return grad
	}
	pa, pb := f.densityOver(a, l, p), f.densityOver(b, l, p)
	grad[n], grad[n+1] = -pa, pb
	za, zb := f.toStandard(a, p), f.toStandard(b, p)
	if pa == 0 {
		za = 0
	}
	if pb == 0 {
		zb = 0
	}
	switch rise := float64(zb*pb) - float64(za*pa); f.kind {
	case locScale:
		grad[0], grad[1] = pa-pb, -rise
	case scaled:
		grad[0] = -rise
	case rated:
		grad[0] = rise / p[0] / p[0]
	}
	return grad
}

// densityOver returns p(x)/eˡ, at most 1e300 so that sums of gradients are numbers.
func (f *family) densityOver(x, l float64, p nums) float64 {
	if math.IsInf(x, 0) {
		return 0
	}
	return min(special.Exp(f.at([]float64{x}, p)[0]-l), 1e300)
}
