package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// Poisson is the Poisson distribution with mean λ:
// log P(k) = k·log λ − λ − log k! for k = 0, 1, ….
type Poisson struct {
	Rate autodiff.Value
}

// NewPoisson returns d independent Poisson columns. It panics unless rate is
// positive, or fixed and 0.
func NewPoisson(d int, rate autodiff.Value) *Columns {
	return NewColumns(d, &Poisson{bounded("NewPoisson", "rate", rate, 0, math.Inf(1), 0)})
}

func (p *Poisson) values() values  { return values{p.Rate} }
func (p *Poisson) family() *family { return poissonFamily }

var poissonFamily = &family{
	name: "Poisson", params: []string{"rate"}, integer: true,
	logDensity: func(x autodiff.Var, p vars) autodiff.Var {
		k, penalty := integers(x, x.Tape().Scalar(0), x.Tape().Scalar(math.Inf(1)))
		return poissonOp.of(k, p[0]).Add(penalty)
	},
	support: positiveHalf,
	both: func(k float64, p nums) (lower, upper float64) {
		upper, lower = special.GammaInc(k+1, p[0])
		return lower, upper
	},
	draw:     func(r *rand.Rand, p nums) float64 { return drawPoisson(r, p[0]) },
	drop:     func(k, y float64, p nums) float64 { return special.LogRise(k+1, y, p[0]) },
	mean:     func(p nums) float64 { return p[0] },
	variance: func(p nums) float64 { return p[0] },
	mode:     func(p nums) float64 { return math.Floor(p[0]) },
}

// poisson is the gamma density of shape k+1 at λ, for small numbers as it stands.
func poisson(k, λ float64) float64 {
	switch {
	case λ == 0:
		return atOnly(k, 0)
	case k == 0:
		return -λ
	case k <= 20 && λ > 1e-10 && λ < 2:
		return special.Log(special.Pow(λ, k)/special.Gamma(k+1)) - λ
	}
	return special.LogGammaKernel(k+1, λ) - special.Log(λ)
}

// poissonOp has inputs k and λ.
var poissonOp = newFused("Poisson",
	func(x args) float64 { return poisson(x[0], x[1]) },
	func(x args) args { return args{0, x[0]/x[1] - 1} })
