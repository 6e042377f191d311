package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// SigmoidBeta is the distribution of log(x/(1−x)) with x beta with shapes a, b:
// log p(u) = a·log σ(u) + b·log σ(−u) − log B(a, b). Also known as the type IV
// logistic distribution.
type SigmoidBeta struct {
	A, B autodiff.Value
}

// NewSigmoidBeta returns d independent columns of logits of beta variables. It
// panics unless a and b are positive.
func NewSigmoidBeta(d int, a, b autodiff.Value) *Columns {
	return NewColumns(d, &SigmoidBeta{positive("NewSigmoidBeta", "a", a), positive("NewSigmoidBeta", "b", b)})
}

func (s *SigmoidBeta) values() values  { return values{s.A, s.B} }
func (s *SigmoidBeta) family() *family { return sigmoidBetaFamily }

var sigmoidBetaFamily = &family{
	name: "SigmoidBeta", params: []string{"a", "b"},
	logDensity: func(u autodiff.Var, p vars) autodiff.Var {
		return sigmoidBetaOp.of(u, p[0], p[1]).Add(betaNorm(p[0], p[1]))
	},
	both: func(u float64, p nums) (lower, upper float64) { return betaIncAtLogit(u, p) },
	quantile: func(lower, upper float64, p nums) float64 {
		return special.NewBeta(p[0], p[1]).LogitInv(lower, upper)
	},
	draw: func(r *rand.Rand, p nums) float64 { return drawLogitBeta(r, p[0], p[1]) },
	mean: func(p nums) float64 {
		var sum special.Sum
		addDigamma(&sum, 1, p[0])
		addDigamma(&sum, -1, p[1])
		return sum.Value()
	},
	variance: func(p nums) float64 { return trigamma(p[0]) + trigamma(p[1]) },
	mode:     func(p nums) float64 { return special.Log(p[0] / p[1]) },
	entropy:  func(p nums) float64 { return betaEntropy(p[0], p[1], 0) },
}

func betaIncAtLogit(u float64, p nums) (lower, upper float64) {
	return special.NewBeta(p[0], p[1]).IncLogit(u)
}

// trigamma returns ψ′(x).
func trigamma(x float64) float64 { return first(special.HurwitzZeta(2, x)) }

// sigmoidBetaOp has inputs u, a and b: betaOp at x = σ(u), and log x(1−x).
var sigmoidBetaOp = fused{&autodiff.Op{
	Name: "SigmoidBeta",
	Forward: func(c *autodiff.Call) {
		in := inputs(c)
		lx, ly := logSigmoids(c)
		for i := range c.Out(0) {
			v, a, b := in.num(0), in.num(1), in.num(2)
			in.next()
			switch {
			case math.IsInf(v, 0):
				c.Out(0)[i] = math.Inf(-1)
			case smallShape(0.5 * (a + b)):
				c.Out(0)[i] = kernel.FMA(a, lx[i], float64(b*ly[i]))
			case math.Abs(v) < 700:
				c.Out(0)[i] = special.BetaExponent(a, b, special.Sigmoid(v), special.Sigmoid(-v))
			default:
				da, db := betaSlopes(lx[i], ly[i], a, b)
				c.Out(0)[i] = kernel.FMA(a, da, float64(b*db))
			}
		}
	},
	Backward: func(c *autodiff.Call) {
		in, grads, x := inputs(c), inputGrads(c), c.Temp(len(c.In(0)))
		lx, ly := logSigmoids(c)
		kernel.Sigmoid(x, c.In(0))
		for i, dy := range c.OutGrad(0) {
			if a, b := in.num(1), in.num(2); dy != 0 {
				da, db := betaSlopes(lx[i], ly[i], a, b)
				grads.add(&in, 0, kernel.FMA(-(a+b), x[i], a), dy)
				grads.add(&in, 1, da, dy)
				grads.add(&in, 2, db, dy)
			}
			in.next()
		}
	},
}}

// logSigmoids returns log σ(u) and log σ(−u) of the first input.
func logSigmoids(c *autodiff.Call) (lx, ly []float64) {
	u := c.In(0)
	lx, ly = c.Temp(len(u)), c.Temp(len(u))
	kernel.LogSigmoid(lx, u)
	kernel.Scale(ly, u, -1)
	kernel.LogSigmoid(ly, ly)
	return lx, ly
}
