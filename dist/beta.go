package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// Beta is the beta distribution with shapes a and b:
// log p(x) = (a−1)·log x + (b−1)·log(1−x) − log B(a, b) for 0 ≤ x ≤ 1.
type Beta struct {
	A, B autodiff.Value
}

// NewBeta returns d independent beta columns. It panics unless a and b are
// positive.
func NewBeta(d int, a, b autodiff.Value) *Columns {
	return NewColumns(d, &Beta{positive("NewBeta", "a", a), positive("NewBeta", "b", b)})
}

func (b *Beta) values() values  { return values{b.A, b.B} }
func (b *Beta) family() *family { return betaFamily }

var betaFamily = derived(betaBox, "Beta", []string{"a", "b"},
	func(p nums) nums { return nums{0, 1, p[0], p[1]} },
	func(p vars) vars { t := p[0].Tape(); return vars{t.Scalar(0), t.Scalar(1), p[0], p[1]} })

// betaBox is the beta distribution of an interval: location and scale are its
// low end and width, the shapes follow.
var betaBox = &family{
	name: "Beta", params: []string{"low", "width", "a", "b"}, kind: locScale,
	logDensity: within(0, 1, func(x autodiff.Var, p vars) autodiff.Var {
		return betaOp.of(x, p[2], p[3]).Add(betaNorm(p[2], p[3]))
	}),
	support: func(nums) (float64, float64) { return 0, 1 },
	both:    func(x float64, p nums) (lower, upper float64) { return betaInc(p[2], p[3], x, 1-x) },
	quantile: func(lower, upper float64, p nums) float64 {
		return first(special.NewBeta(p[2], p[3]).Inv(lower, upper))
	},
	draw: func(r *rand.Rand, p nums) float64 { return special.Sigmoid(drawLogitBeta(r, p[2], p[3])) },
	drop: func(x, y float64, p nums) float64 {
		return -powerDrop(p[2]-1, x, y) - powerDrop(p[3]-1, 1-x, -y)
	},
	mean: func(p nums) float64 { return p[2] / (p[2] + p[3]) },
	variance: func(p nums) float64 {
		n, rest := totalParts(p[2:4])
		v := p[2] / n * (p[3] / n) / (n + 1)
		return kernel.FMA(v, -rest/n*(2+n/(n+1)), v)
	},
	mode:    betaMode,
	entropy: func(p nums) float64 { return betaEntropy(p[2], p[3], 1) },
}

// betaInc returns P(X ≤ x) and P(X > x), y being 1 − x.
func betaInc(a, b, x, y float64) (lower, upper float64) {
	return special.NewBeta(a, b).Inc(x, y)
}

// betaMode is (a−1)/(a+b−2), or an end where the density is greatest there.
func betaMode(p nums) float64 {
	switch a, b := p[2], p[3]; {
	case a <= 1 && a < b:
		return 0
	case b <= 1:
		return 1
	default:
		return (a - 1) / (a + b - 2)
	}
}

// drawLogitBeta returns log(x/(1−x)) of a beta variate.
func drawLogitBeta(r *rand.Rand, a, b float64) float64 {
	da, la := drawGammaParts(r, a)
	db, lb := drawGammaParts(r, b)
	if math.IsInf(la, -1) && math.IsInf(lb, -1) { // both shapes are so tiny that only an end is possible
		return math.Copysign(math.Inf(1), special.Log(uniform(r))-special.Log(uniform(r))*(a/b))
	}
	return special.Log(da/db) + (la - lb)
}

// betaOp has inputs x, a and b: the logarithm of xᵃ⁻¹(1−x)ᵇ⁻¹, for large shapes
// less a norm and arranged around the mean, where (a+b)·x = a.
var betaOp = fused{&autodiff.Op{
	Name: "Beta",
	Forward: func(c *autodiff.Call) {
		all, columns := logitsOf(c), columnsOf(c, betaColumn)
		for i, x := range all.x {
			p := columns.next()
			a, b, y := p[0], p[1], 1-x
			switch {
			case x == 0:
				c.Out(0)[i] = atZero(a, betaAtEnd(a, b))
			case y == 0:
				c.Out(0)[i] = atZero(b, betaAtEnd(b, a))
			case smallShape(0.5 * (a + b)):
				c.Out(0)[i] = all.at(i).powers(a-1, b-1)
			default:
				c.Out(0)[i] = betaLarge(x, y, all.at(i), p)
			}
		}
	},
	Backward: func(c *autodiff.Call) {
		in, grads, all := inputs(c), inputGrads(c), logitsOf(c)
		for i, dy := range c.OutGrad(0) {
			if dy != 0 && !math.IsInf(c.Out(0)[i], 0) {
				x, a, b := all.x[i], in.num(1), in.num(2)
				lx, ly := all.at(i).logs()
				da, db := betaSlopes(lx, ly, a, b)
				grads.add(&in, 0, over(a-1, x)-over(b-1, 1-x), dy)
				grads.add(&in, 1, da, dy)
				grads.add(&in, 2, db, dy)
			}
			in.next()
		}
	},
}}

// betaColumn returns a and b, and for large shapes n = a + b in two parts, log(n/a) and log(n/b).
func betaColumn(p args) columnNumbers {
	a, b := p[0], p[1]
	if smallShape(0.5 * (a + b)) {
		return columnNumbers{a, b}
	}
	n, rest := totalParts(p[:2])
	return columnNumbers{a, b, n, rest, logRatio(n, a) + rest/n, logRatio(n, b) + rest/n}
}

// powers returns a·log x + b·log(1−x).
func (l logit) powers(a, b float64) float64 {
	if l.sign < 0 {
		a, b = b, a
	}
	var sum special.Sum
	sum.AddTimes(a, l.hi, l.lo)
	sum.AddProduct(b, l.rest)
	return sum.Value()
}

// betaLarge is betaOp for large shapes, given the numbers of betaColumn.
func betaLarge(x, y float64, l logit, p *columnNumbers) float64 {
	a, b, n := p[0], p[1], p[2]
	e := kernel.FMA(n, x, -a) + float64(p[3]*x)
	if math.Abs(e) < 0.5*min(a, b) || n > 1e15 {
		lx, ly := l.logs()
		return special.BetaExponent(a, b, x, y) - lx - ly
	}
	xHi, xLo, yHi, yLo := l.hi, l.lo, l.hi, l.lo
	if l.sign > 0 {
		yHi, yLo = kernel.LogSum(y)
	} else {
		xHi, xLo = kernel.LogSum(x)
	}
	var sum special.Sum
	addBetaShare(&sum, xHi, xLo, a, p[4], e)
	addBetaShare(&sum, yHi, yLo, b, p[5], -e)
	return sum.Value()
}

// addBetaShare adds a·log(n·x/a) − log x for log x = hi + lo, where n·x = a + e, given log(n/a).
func addBetaShare(sum *special.Sum, hi, lo, a, ratio, e float64) {
	if math.Abs(e) < 0.5*a {
		sum.AddProduct(a, special.Log1p(e/a))
		sum.AddTimes(-1, hi, lo)
		return
	}
	sum.AddTimes(a-1, hi, lo)
	sum.AddProduct(a, ratio)
}

// betaAtEnd returns betaOp where the variable with shape a = 1 is 0.
func betaAtEnd(a, b float64) float64 {
	if smallShape(0.5 * (a + b)) {
		return 0
	}
	return special.Log(1+b) + float64(b*special.Log1p(1/b))
}

// betaSlopes returns the derivatives of betaOp in a and b, given log x and log(1−x).
func betaSlopes(lx, ly, a, b float64) (da, db float64) {
	if smallShape(0.5 * (a + b)) {
		return lx, ly
	}
	return lx + logRatio(a+b, a), ly + logRatio(a+b, b)
}

// betaNormOp has inputs a and b: what makes betaOp a log-density.
var betaNormOp = newFused("BetaNorm",
	func(v args) float64 {
		if smallShape(0.5 * (v[0] + v[1])) {
			return -special.LogBeta(v[0], v[1])
		}
		return special.BetaNorm(v[0], v[1])
	},
	func(v args) args {
		n := v[0] + v[1]
		if smallShape(0.5 * n) {
			ψ := special.Digamma(n)
			return args{ψ - special.Digamma(v[0]), ψ - special.Digamma(v[1])}
		}
		gap := special.DigammaGap(n)
		return args{special.DigammaGap(v[0]) - gap, special.DigammaGap(v[1]) - gap}
	})

// betaNorm broadcasts a and b before it applies betaNormOp.
func betaNorm(a, b autodiff.Var) autodiff.Var {
	return betaNormOp.of(a.Expand(max(a.Rows(), b.Rows()), max(a.Cols(), b.Cols())), b)
}
