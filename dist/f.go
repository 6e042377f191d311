package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// F is Fisher's F distribution, that of the quotient of two variances estimated with m and n degrees of
// freedom: log p(x) = a·log s + b·log(1−s) − log B(a, b) − log x for x ≥ 0, with a = m/2, b = n/2 and
// s = ax/(ax+b).
type F struct {
	DFN, DFD autodiff.Value
}

// NewF returns d independent F columns with m = dfn and n = dfd. It panics unless both are positive;
// a fixed one may be infinite: χ²/m, or the inverse of χ²/n.
func NewF(d int, dfn, dfd autodiff.Value) *Columns {
	return NewColumns(d, &F{degrees("NewF", "dfn", dfn), degrees("NewF", "dfd", dfd)})
}

func (f *F) values() values  { return values{f.DFN, f.DFD} }
func (f *F) family() *family { return fFamily }

// fFamily has s distributed by a beta distribution with shapes a and b.
var fFamily = &family{
	name: "F", params: []string{"dfn", "dfd"},
	logDensity: within(0, math.Inf(1), func(x autodiff.Var, p vars) autodiff.Var {
		return fOp.of(x, p[0], p[1])
	}),
	support: positiveHalf,
	both:    func(x float64, p nums) (lower, upper float64) { return fTails(x, p[0], p[1]) },
	logTails: func(x float64, p nums) (lower, upper float64) {
		d := special.NewBeta(half(p[0]), half(p[1]))
		u, s, y := fShares(x, p[0], p[1])
		switch {
		case min(s, y) > faint:
			return d.LogInc(s, y)
		case s < y && d.B > 1/faint: // the limit of many degrees of freedom
			return special.LogGammaInc(d.A, d.A*x)
		case y < s && d.A > 1/faint:
			upper, lower = special.LogGammaInc(d.B, d.B/x)
			return lower, upper
		}
		return logBetaEnd(d, logSigmoid(u), logSigmoid(-u))
	},
	quantile: func(lower, upper float64, p nums) float64 {
		return special.Exp(special.NewBeta(half(p[0]), half(p[1])).LogitInv(lower, upper) + special.Log(p[1]) - special.Log(p[0]))
	},
	draw: func(r *rand.Rand, p nums) float64 {
		return special.Exp(drawLogitBeta(r, half(p[0]), half(p[1])) + special.Log(p[1]) - special.Log(p[0]))
	},
	mean: func(p nums) float64 {
		if p[1] <= 2 {
			return math.Inf(1)
		}
		return p[1] / (p[1] - 2)
	},
	variance: func(p nums) float64 {
		switch m, n := p[0], p[1]; {
		case n <= 2:
			return math.NaN()
		case n <= 4:
			return math.Inf(1)
		default:
			return 2 * (n / (n - 2)) * (n / (n - 2)) * ((m + n - 2) / m / (n - 4))
		}
	},
	mode: func(p nums) float64 { return max(p[0]-2, 0) / p[0] * (p[1] / (p[1] + 2)) },
	entropy: func(p nums) float64 {
		a, b := half(p[0]), half(p[1])
		n := a + b
		return float64((a-1)*special.DigammaGap(a)) + float64((b+1)*special.DigammaGap(b)) -
			float64(n*special.DigammaGap(n)) - special.BetaNorm(a, b)
	},
}

// fShares returns u = log(mx/n), s = σ(u) and 1 − s.
func fShares(x, m, n float64) (u, s, y float64) {
	u = special.Log(x) + special.Log(m) - special.Log(n)
	if r := m * (x / n); r > 1e-300 && r < 1e300 {
		return u, r / (1 + r), 1 / (1 + r)
	}
	return u, special.Sigmoid(u), special.Sigmoid(-u)
}

// fTails returns P(X ≤ x) and P(X > x).
func fTails(x, m, n float64) (lower, upper float64) {
	u, s, y := fShares(x, m, n)
	a, b := half(m), half(n)
	if math.Abs(u) > 660 { // s or y may underflow
		return special.NewBeta(a, b).IncLogit(u)
	}
	return betaInc(a, b, s, y)
}

// fOp has inputs x, m and n.
var fOp = newFused("F",
	func(v args) float64 {
		x, a, b := v[0], half(v[1]), half(v[2])
		if x == 0 {
			return atZero(a, 0)
		}
		u, s, y := fShares(x, v[1], v[2])
		switch {
		case min(a, b) < leastShape: // log B(a, b) is −log of a·b/(a+b)
			return float64(a*logSigmoid(u)) + float64(b*logSigmoid(-u)) + special.Log(min(v[1], v[2])) - math.Ln2 -
				log1pRatio(min(a, b), max(a, b)) - special.Log(x)
		case smallShape(0.5 * (a + b)):
			return float64(a*logSigmoid(u)) + float64(b*logSigmoid(-u)) - special.LogBeta(a, b) - special.Log(x)
		case min(s, y) < 1e-290:
			return float64(a*(logSigmoid(u)+log1pRatio(b, a))) + float64(b*(logSigmoid(-u)+log1pRatio(a, b))) +
				special.BetaNorm(a, b) - special.Log(x)
		}
		return special.BetaExponent(a, b, s, y) + special.BetaNorm(a, b) - special.Log(x)
	},
	func(v args) args {
		x, a, b := v[0], half(v[1]), half(v[2])
		if x == 0 {
			return args{over(a-1, x)}
		}
		u, s, y := fShares(x, v[1], v[2])
		if min(a, b) < leastShape {
			return args{
				(float64(a*y) - float64(b*s) - 1) / x,
				0.5*(logSigmoid(u)+y-float64(x*y)) + b/(a+b)/v[1],
				0.5*(logSigmoid(-u)+s-s/x) + a/(a+b)/v[2],
			}
		}
		du, gap := float64(a*y)-float64(b*s), special.DigammaGap(a+b)
		return args{
			(du - 1) / x,
			0.5 * (logSigmoid(u) + log1pRatio(b, a) + special.DigammaGap(a) - gap + du/a),
			0.5 * (logSigmoid(-u) + log1pRatio(a, b) + special.DigammaGap(b) - gap - du/b),
		}
	})

// log1pRatio returns log(1 + a/b), also where the quotient overflows.
func log1pRatio(a, b float64) float64 {
	if q := a / b; !math.IsInf(q, 1) {
		return special.Log1p(q)
	}
	return logRatio(a, b)
}

// logSigmoid returns log σ(u).
func logSigmoid(u float64) float64 { return min(u, 0) - special.Log1p(special.Exp(-math.Abs(u))) }
