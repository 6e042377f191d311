package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// Skellam is the distribution of the difference of two Poisson numbers with means
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
	cdf: func(k float64, p nums) float64 { return skellamTail(k, -1, p) },
	sf:  func(k float64, p nums) float64 { return skellamTail(k+1, 1, p) },
	draw: func(r *rand.Rand, p nums) float64 {
		return poissonFamily.drawOf(r, p) - poissonFamily.drawOf(r, nums{p[1]})
	},
	mean:     func(p nums) float64 { return p[0] - p[1] },
	variance: func(p nums) float64 { return p[0] + p[1] },
}

// skellamTail sums the probabilities from k in steps of sign; where they rise
// first, those of the other side, which it takes from 1.
func skellamTail(k, sign float64, p nums) float64 {
	if mean := p[0] - p[1]; (k-mean)*sign < 0 {
		return 1 - skellamTail(k-sign, -sign, p)
	}
	sum := 0.0
	for {
		term := special.Exp(skellam(k, p[0], p[1]))
		if sum += term; term <= 1e-18*sum {
			return sum
		}
		k += sign
	}
}

func skellam(k, a, b float64) float64 {
	l, _ := special.LogI(math.Abs(k), 2*math.Sqrt(a*b))
	e := math.Sqrt(a) - math.Sqrt(b)
	return float64(0.5*k*special.Log(a/b)) - float64(e*e) + l
}

// skellamOp has inputs k, a and b.
var skellamOp = newFused("Skellam",
	func(x args) float64 { return skellam(x[0], x[1], x[2]) },
	func(x args) args {
		k, a, b := x[0], x[1], x[2]
		_, slope := special.LogI(math.Abs(k), 2*math.Sqrt(a*b))
		slope++ // of log I itself
		return args{0, -1 + 0.5*k/a + float64(slope*math.Sqrt(b/a)), -1 - 0.5*k/b + float64(slope*math.Sqrt(a/b))}
	})
