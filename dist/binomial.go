package dist

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// Binomial is the distribution of the number of successes, of probability p, in n
// trials: log P(k) = log C(n, k) + k·log p + (n−k)·log(1−p) for k = 0, …, n.
type Binomial struct {
	Count, Probs autodiff.Value
}

// NewBinomial returns d independent binomial columns of count trials. It panics
// unless count is fixed and of integers from 0, and 0 < probs < 1, or fixed probs are
// 0 or 1.
func NewBinomial(d int, count, probs autodiff.Value) *Columns {
	checkCounts("NewBinomial", count, 0)
	return NewColumns(d, &Binomial{count, probability("NewBinomial", probs, 0, 1)})
}

func (b *Binomial) values() values  { return values{b.Count, b.Probs} }
func (b *Binomial) family() *family { return binomialFamily }

var binomialFamily = mirrored(&family{
	name: "Binomial", params: []string{"count", "probs"}, integer: true,
	logDensity: func(x autodiff.Var, p vars) autodiff.Var {
		k, penalty := integers(x, x.Tape().Scalar(0), p[0])
		return binomialOp.of(k, p[0], p[1]).Add(penalty)
	},
	support: func(p nums) (float64, float64) { return 0, p[0] },
	both:    func(k float64, p nums) (lower, upper float64) { return betaInc(p[0]-k, k+1, 1-p[1], p[1]) },
	draw:    func(r *rand.Rand, p nums) float64 { return drawBinomial(r, p[0], p[1]) },
	drop: func(k, y float64, p nums) float64 {
		n := p[0]
		return special.LogRise(k+1, y, n*p[1]) + special.LogRise(n-k+1, -y, n*(1-p[1]))
	},
	mean:     func(p nums) float64 { return p[0] * p[1] },
	variance: func(p nums) float64 { return p[0] * p[1] * (1 - p[1]) },
	mode:     func(p nums) float64 { return math.Floor((p[0] + 1) * p[1]) },
}, func(p nums) nums {
	p[1] = min(p[1], 1-p[1])
	return p
})

// mirrored gives a family of integers the entropy of that of n − X, which has the parameters that mirror returns: near 0
// there are numbers between large integers.
func mirrored(f *family, mirror func(nums) nums) *family {
	f.entropy = func(p nums) float64 { return f.countEntropy(mirror(p)) }
	return f
}

func checkCounts(what string, count autodiff.Value, least float64) {
	for _, n := range count.Numbers() {
		if !count.Constant || n < least || n != math.Floor(n) {
			panic(fmt.Sprintf("dist: %s: got count %v, want fixed integers from %v", what, n, least))
		}
	}
}

// binomial uses C(n, k) = 1/((n+1)·B(k+1, n−k+1)).
func binomial(k, n, p float64) float64 {
	switch {
	case p == 0 || p == 1:
		return atOnly(k, n*p)
	case k == 0:
		return n * special.Log1p(-p)
	case k == n:
		return n * special.Log(p)
	}
	return special.LogBetaKernel(k+1, n-k+1, p, 1-p) - (special.Log(p) + special.Log1p(-p) + special.Log(n+1))
}

// atOnly returns the log-probability of k where the only atom is at.
func atOnly(k, at float64) float64 {
	if k == at || math.IsNaN(k) {
		return k - at
	}
	return math.Inf(-1)
}

// binomialOp has inputs k, n and p.
var binomialOp = newFused("Binomial",
	func(x args) float64 { return binomial(x[0], x[1], x[2]) },
	func(x args) args {
		k, n, p := x[0], x[1], x[2]
		return args{0, 0, k/p - (n-k)/(1-p)}
	})
