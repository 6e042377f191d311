package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// Skellam is the distribution of the difference of two Poisson variables with means
// a and b: log P(k) = −a − b + ½k·log(a/b) + log I_|k|(2√ab) for all integers k. Its
// distribution function is a sum.
type Skellam struct {
	Rate1, Rate2 autodiff.Value
}

// NewSkellam returns d independent Skellam columns with a = rate1 and b = rate2. It
// panics unless both are positive.
func NewSkellam(d int, rate1, rate2 autodiff.Value) *Columns {
	return NewColumns(d, &Skellam{positive("NewSkellam", "rate1", rate1), positive("NewSkellam", "rate2", rate2)})
}

func (s *Skellam) values() values  { return values{s.Rate1, s.Rate2} }
func (s *Skellam) family() *family { return skellamFamily }

var skellamFamily = &family{
	name: "Skellam", params: []string{"rate1", "rate2"}, integer: true,
	logDensity: func(x autodiff.Var, p vars) autodiff.Var {
		k, penalty := integers(x, x.Tape().Scalar(math.Inf(-1)), x.Tape().Scalar(math.Inf(1)))
		return skellamOp.of(k, p[0], p[1]).Add(penalty)
	},
	cdf:      func(k float64, p nums) float64 { return skellamTail(k, -1, p) },
	sf:       func(k float64, p nums) float64 { return skellamTail(k+1, 1, p) },
	logTails: skellamLogTails,
	drop:     func(k, y float64, p nums) float64 { return skellam(k, p[0], p[1]) - skellam(k+y, p[0], p[1]) },
	draw:     drawSkellam,
	mean:     func(p nums) float64 { return p[0] - p[1] },
	variance: func(p nums) float64 { return p[0] + p[1] },
}

// skellamTail returns the probability of k and what lies beyond it in the direction
// of sign; where the probabilities rise first, 1 less that of the other side.
func skellamTail(k, sign float64, p nums) float64 {
	a, b := p[0], p[1]
	if (k-(a-b))*sign < 0 {
		return 1 - skellamTail(k-sign, -sign, p)
	}
	if sign < 0 {
		k, a, b = -k, b, a
	}
	if a+b > 1e4 {
		return special.Exp(logSkellamTail(k, a, b))
	}
	return special.Exp(skellam(k, a, b)) * skellamRest(k, a, b)
}

// skellamLogTails returns the logarithms of both tails, far from the mean.
func skellamLogTails(k float64, p nums) (lower, upper float64) {
	a, b := p[0], p[1]
	beyond := func(k, a, b float64) float64 {
		if a+b > 1e4 {
			return logSkellamTail(k, a, b)
		}
		return skellam(k, a, b) + special.Log(skellamRest(k, a, b))
	}
	if k < a-b {
		lower = beyond(-k, b, a)
		return lower, special.Log1mExp(lower)
	}
	upper = beyond(k+1, a, b)
	return special.Log1mExp(upper), upper
}

// skellamRest returns the sum of P(i)/P(k) over i ≥ k.
func skellamRest(k, a, b float64) float64 {
	if k > 1e15 {
		return 1 // to the last digit
	}
	// r = P(j+1)/P(j) by backward recurrence, and the sum of P(i)/P(j) over i ≥ j
	j := math.Ceil(math.Abs(k) + 60 + float64(12*math.Sqrt(a+b)))
	r := 2 * a / (j + 1 + math.Sqrt(kernel.FMA(j+1, j+1, 4*a*b)))
	sum := 1 + r
	var ratios []float64
	for ; j > max(k, 0); j-- {
		r = a / kernel.FMA(b, r, j)
		sum = kernel.FMA(r, sum, 1)
		if j <= -k {
			ratios = append(ratios, r)
		}
	}
	for i := range ratios { // P(1−m)/P(−m) is a/b over that of m−1, the last first
		sum = kernel.FMA(a/b/ratios[len(ratios)-1-i], sum, 1)
	}
	return sum
}

// skellam is log P(k): that of a Poisson variable and the small rest beside the
// hypergeometric series, or where this is large by Bessel's function.
func skellam(k, a, b float64) float64 {
	if k < 0 {
		k, a, b = -k, b, a
	}
	if x := 2 * math.Sqrt(a) * math.Sqrt(b); x > 20 && x <= k*k && k < 1e6*x*x { // elsewhere large terms do not cancel
		return skellamSaddle(k, a, b).logProbability()
	}
	if skellamNear(k, a, b) {
		if a*b <= 100 {
			return skellamSeries(k, a, b)
		}
		l, _ := special.LogI(k, 2*math.Sqrt(a*b))
		e := math.Sqrt(a) - math.Sqrt(b)
		return float64(0.5*k*logRatio(a, b)) - float64(e*e) + l
	}
	l, _ := special.LogHypergeometric(k, a*b)
	return poisson(k, a) + (l - b)
}

// skellamSeries is that by the series, for k < 9 and ab ≤ 100: large terms cancel.
func skellamSeries(k, a, b float64) float64 {
	t := float64(a * b)
	series, slope := special.Hypergeometric(k, t)
	var sum special.Sum
	sum.Add(-a, -b, float64(slope*kernel.FMA(a, b, -t)))
	sum.AddLog(k, a)
	sum.AddLog(-1, special.Gamma(k+1))
	sum.AddLog(1, series)
	return sum.Value()
}

// logRatio returns log(a/b), also where the quotient is no number.
func logRatio(a, b float64) float64 {
	if q := a / b; q > 0 && !math.IsInf(q, 1) {
		return special.Log(q)
	}
	return special.Log(a) - special.Log(b)
}

// skellamLarge is where series take many steps.
func skellamLarge(k, a, b float64) bool {
	x := 2 * math.Sqrt(a) * math.Sqrt(b)
	return x > 200 && x <= k*k && k < 1e6*x*x
}

func skellamNear(k, a, b float64) bool { return a*b > (k+1)*(k+1) }

// skellamOp has inputs k, a and b.
var skellamOp = newFused("Skellam",
	func(x args) float64 { return skellam(x[0], x[1], x[2]) },
	func(x args) args {
		k, a, b := math.Abs(x[0]), x[1], x[2]
		if x[0] < 0 {
			a, b = b, a
		}
		var da, db float64
		if skellamLarge(k, a, b) {
			l := skellam(k, a, b)
			da, db = special.Expm1(skellam(k-1, a, b)-l), special.Expm1(skellam(k+1, a, b)-l)
		} else if skellamNear(k, a, b) {
			_, slope := special.LogI(k, 2*math.Sqrt(a*b))
			slope++ // of log I itself
			da, db = -1+0.5*k/a+float64(slope*math.Sqrt(b/a)), -1-0.5*k/b+float64(slope*math.Sqrt(a/b))
		} else {
			_, h := special.LogHypergeometric(k, a*b)
			da, db = kernel.FMA(b, h, k/a-1), kernel.FMA(a, h, -1)
		}
		if x[0] < 0 {
			da, db = db, da
		}
		return args{0, da, db}
	})
