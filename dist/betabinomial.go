package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// BetaBinomial is the distribution of the number of successes in n trials whose common probability is
// beta distributed with shapes a and b: log P(k) = log C(n, k) + log B(k+a, n−k+b) − log B(a, b)
// for k = 0, …, n.
type BetaBinomial struct {
	TotalCount, Concentration1, Concentration0 autodiff.Value
}

// NewBetaBinomial returns d independent beta-binomial columns with n = totalCount, a = concentration1
// and b = concentration0. Its distribution function is a sum over k, of 4000 terms at most, or where n and k are beyond 2⁵³
// that of n times a beta variable. It panics unless totalCount is fixed and of
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

var betaBinomialFamily = summed(&family{
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
		n := p[0]
		s, rest := totalParts(p[1:3])
		mean := p[1] / s
		mean = kernel.FMA(mean, rest/s*(s/(s+n)-s/(s+1)-2), mean)
		return n * mean * (p[2] / s) * ((s + n) / (s + 1))
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
})

// summed gives the family its distribution function: the sum below the mean, or that above it, which is the one below of
// n − X; and its entropy, that of the one which is nearer to 0, where there are numbers between large integers.
func summed(f *family) *family {
	tail := func(k float64, p nums) (log float64, below bool) {
		if k < f.mean(p) {
			return f.logBelow(k, p), true
		}
		return f.logBelow(p[0]-k-1, nums{p[0], p[2], p[1]}), false
	}
	f.both = func(k float64, p nums) (lower, upper float64) {
		l, below := tail(k, p)
		part := special.Exp(l)
		if below {
			return part, 1 - part
		}
		return 1 - part, part
	}
	f.entropy = func(p nums) float64 {
		if p[0] > many || p[1]+p[2] < 1e-13*p[0] {
			return betaBinomialEntropy(p)
		}
		return f.countEntropy(nums{p[0], min(p[1], p[2]), max(p[1], p[2])})
	}
	f.logTails = func(k float64, p nums) (lower, upper float64) {
		l, below := tail(k, p)
		if below {
			return l, special.Log1mExp(l)
		}
		return special.Log1mExp(l), l
	}
	return f
}

// many is a number of trials beyond which sums over k have no meaning: between its neighbours there may be no number.
const many = 0x1p53

// logBelow returns log P(X ≤ k) of a beta-binomial X: for a k beyond 2⁵³, where the sum would miss what is next to a pole at
// 0, or points lie too far apart, that of a continuous limit.
func (f *family) logBelow(k float64, p nums) float64 {
	n, a, b := p[0], p[1], p[2]
	switch {
	case k < 0:
		return math.Inf(-1)
	case k > many && (a < 1 || n > 1e18 || a+b < 1e-13*n):
		return first(betaBinomialLimit(p).LogInc(k/n, (n-k)/n))
	}
	return min(edge{f, p, k, -1, k}.logBetween(0, k)+f.at([]float64{k}, p)[0], 0)
}

// betaBinomialLimit is the beta distribution of X/n for large n, with its mean and variance.
func betaBinomialLimit(p nums) special.Beta {
	wide := 1 + (p[1]+p[2])/p[0]
	return special.NewBeta(p[1]/wide, p[2]/wide)
}

// betaBinomialEntropy is that of large n: of the limit, with what the first probabilities at a pole differ by.
func betaBinomialEntropy(p nums) float64 {
	n, d := p[0], betaBinomialLimit(p)
	h := special.Log(n) + betaBox.entropy(nums{0, 1, d.A, d.B})
	return h + poleEntropy(n, p[1], p[2], d.LogBeta) + poleEntropy(n, p[2], p[1], d.LogBeta)
}

// poleEntropy returns Σ −P·log P over k < 1000, less the integral over the density of the limit.
func poleEntropy(n, a, b, logBeta float64) float64 {
	if a >= 1 {
		return 0
	}
	const few = 1000
	sum := 0.0
	for k := range few {
		l := betaBinomial(float64(k), n, a, b)
		sum -= float64(special.Exp(l) * l)
	}
	l := special.Log(few-0.5+0.5*a) - special.Log(n) // of the end ε of ∫ −f·log(f/n) with f = xᵃ⁻¹/B, P(k) being f((k+½a)/n)/n
	mass := special.Exp(float64(a*l)-logBeta) / a
	return sum - float64(mass*(float64((1-a)*(l-1/a))+logBeta+special.Log(n)))
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
