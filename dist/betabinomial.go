package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// BetaBinomial is the distribution of the number of successes in n trials whose common probability is
// beta distributed with shapes a and b: log P(k) = log C(n, k) + log B(k+a, n−k+b) − log B(a, b)
// for k = 0, …, n.
type BetaBinomial struct {
	TotalCount, Concentration1, Concentration0 autodiff.Value
}

// NewBetaBinomial returns d independent beta-binomial columns with n = totalCount, a = concentration1
// and b = concentration0. Its distribution function is a sum over k, of 4000 terms at most; it, quantiles and
// the entropy are for n up to 2⁵³, beyond which k is no number. It panics unless totalCount is fixed and of
// positive integers and the concentrations are positive.
func NewBetaBinomial(d int, totalCount, concentration1, concentration0 autodiff.Value) *Columns {
	checkCounts("NewBetaBinomial", totalCount, 1)
	return NewColumns(d, &BetaBinomial{totalCount,
		positive("NewBetaBinomial", "concentration1", concentration1), positive("NewBetaBinomial", "concentration0", concentration0)})
}

func (b *BetaBinomial) values() values {
	return values{b.TotalCount, b.Concentration1, b.Concentration0}
}
func (b *BetaBinomial) family() *family { return betaBinomialFamily }

var betaBinomialFamily = mirrored(summed(&family{
	name: "BetaBinomial", params: []string{"totalCount", "concentration1", "concentration0"}, integer: true,
	logDensity: func(x autodiff.Var, p vars) autodiff.Var {
		k, penalty := integers(x, x.Tape().Scalar(0), p[0])
		return betaBinomialOp.of(k, p[0], p[1], p[2]).Add(penalty)
	},
	support: func(p nums) (float64, float64) { return 0, p[0] },
	draw: func(r *rand.Rand, p nums) float64 {
		u := drawLogitBeta(r, p[1], p[2])
		if u > 0 {
			return p[0] - drawBinomial(r, p[0], special.Sigmoid(-u))
		}
		return drawBinomial(r, p[0], special.Sigmoid(u))
	},
	drop: func(k, y float64, p nums) float64 {
		return betaBinomial(k, p[0], p[1], p[2]) - betaBinomial(k+y, p[0], p[1], p[2])
	},
	mean: func(p nums) float64 { return p[0] * (p[1] / (p[1] + p[2])) },
	variance: func(p nums) float64 {
		n, s := p[0], p[1]+p[2]
		return n * (p[1] / s) * (p[2] / s) * ((s + n) / (s + 1))
	},
	mode: func(p nums) float64 {
		switch n, a, b := p[0], p[1], p[2]; {
		case a <= 1 && (b > 1 || a <= b):
			return 0
		case b <= 1:
			return n
		default:
			return min(math.Floor((n+1)*((a-1)/(a+b-2))), n)
		}
	},
}), func(p nums) nums {
	p[1], p[2] = min(p[1], p[2]), max(p[1], p[2])
	return p
})

// summed gives a family of integers its distribution function, by sums.
func summed(f *family) *family {
	tails := func(k float64, p nums) (lower, upper float64) {
		lo, hi := f.support(p)
		if k < f.mean(p) {
			lower = special.Exp(f.sumFrom(k, -1, k-lo, p))
			return lower, 1 - lower
		}
		upper = special.Exp(f.sumFrom(k+1, 1, hi-k-1, p))
		return 1 - upper, upper
	}
	f.cdf = func(k float64, p nums) float64 { return min(max(first(tails(k, p)), 0), 1) }
	f.sf = func(k float64, p nums) float64 { return min(max(second(tails(k, p)), 0), 1) }
	f.logTails = func(k float64, p nums) (float64, float64) {
		lo, hi := f.support(p)
		if k < f.mean(p) {
			lower := f.sumFrom(k, -1, k-lo, p)
			return lower, special.Log1mExp(lower)
		}
		upper := f.sumFrom(k+1, 1, hi-k-1, p)
		return special.Log1mExp(upper), upper
	}
	return f
}

// sumFrom returns log Σ P(k ± y) over y = 0, …, width.
func (f *family) sumFrom(k, sign, width float64, p nums) float64 {
	if width < 0 {
		return math.Inf(-1)
	}
	return edge{f, p, k, sign, width}.logBetween(0, width) + f.at([]float64{k}, p)[0]
}

// betaBinomial multiplies a binomial probability of any p by the quotient of the beta densities before and
// after the trials there; near the mean of the latter no term is large.
func betaBinomial(k, n, a, b float64) float64 {
	c1, c0 := k+a, n-k+b
	p, q := max(1/(1+c0/c1), 1e-290), max(1/(1+c1/c0), 1e-290)
	sum := special.LogBetaKernel(a, b, p, q) - special.LogBetaKernel(c1, c0, p, q)
	if k > 0 && k < n {
		return sum + special.LogBetaKernel(k+1, n-k+1, p, q) - special.Log(p) - special.Log(q) - special.Log(n+1)
	}
	return sum - float64(k*minusLog(p, q)) - float64((n-k)*minusLog(q, p))
}

// betaBinomialOp has inputs k, n, a and b.
var betaBinomialOp = newFused("BetaBinomial",
	func(x args) float64 { return betaBinomial(x[0], x[1], x[2], x[3]) },
	func(x args) args {
		k, n, a, b := x[0], x[1], x[2], x[3]
		both := digammaRise(a+b, n)
		return args{0, 0, digammaRise(a, k) - both, digammaRise(b, n-k) - both}
	})

// digammaRise returns ψ(c+r) − ψ(c) for r ≥ 0.
func digammaRise(c, r float64) float64 {
	if r == 0 {
		return 0
	}
	return special.Log1p(r/c) + special.DigammaGap(c) - special.DigammaGap(c+r)
}
