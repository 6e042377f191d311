package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// InverseGamma is the distribution of β/g with g gamma with concentration a and rate 1:
// log p(x) = a·log β − log Γ(a) − (a+1)·log x − β/x for x > 0.
type InverseGamma struct {
	Concentration autodiff.Value `file:"Concentration,Shape"`
	Scale         autodiff.Value
}

// NewInverseGamma returns d independent inverse gamma columns. It panics unless
// concentration and scale are positive.
func NewInverseGamma(d int, concentration, scale autodiff.Value) *Columns {
	return NewColumns(d, &InverseGamma{positive("NewInverseGamma", "concentration", concentration), positive("NewInverseGamma", "scale", scale)})
}

func (i *InverseGamma) values() values  { return values{i.Scale, i.Concentration} }
func (i *InverseGamma) family() *family { return inverseGammaFamily }

var inverseGammaFamily = &family{
	name: "InverseGamma", params: []string{"scale", "concentration"}, kind: scaled,
	logDensity: within(0, math.Inf(1), func(z autodiff.Var, p vars) autodiff.Var {
		return inverseGammaOp.of(z, p[1]).Add(gammaNormOp.of(p[1]))
	}),
	high: paretoHigh,
	highTails: func(l, _ float64, p nums) (float64, float64) {
		lower, upper := special.LogGammaIncAt(p[1], 0, -l)
		return upper, lower
	},
	support: positiveHalf,
	both: func(z float64, p nums) (lower, upper float64) {
		upper, lower = special.GammaInc(p[1], 1/z)
		return lower, upper
	},
	logTails: func(z float64, p nums) (lower, upper float64) {
		upper, lower = special.LogGammaInc(p[1], 1/z)
		return lower, upper
	},
	quantile: func(lower, upper float64, p nums) float64 {
		if x := special.GammaIncInv(p[1], upper, lower); x > 1e-290 {
			return 1 / x
		}
		return special.Exp(-special.LogGammaIncInv(p[1], upper, lower))
	},
	draw: func(r *rand.Rand, p nums) float64 { return special.Exp(-drawLogGamma(r, p[1])) },
	drop: func(z, y float64, p nums) float64 { return powerDrop(p[1]+1, z, y) - y/z/(z+y) },
	mean: func(p nums) float64 { return momentUpTo(1, p[1], 1/(p[1]-1)) },
	variance: func(p nums) float64 {
		return momentUpTo(2, p[1], 1/(p[1]-1)/(p[1]-1)/(p[1]-2))
	},
	mode:    func(p nums) float64 { return 1 / (p[1] + 1) },
	entropy: func(p nums) float64 { return gammaEntropy(p[1], -1) },
}

// inverseGammaOp has inputs z and a: as for gamma variables t = 1/z, less log z.
var inverseGammaOp = newFused("InverseGamma",
	func(x args) float64 {
		z, a := x[0], x[1]
		if z == 0 {
			return math.Inf(-1)
		}
		l := special.Log(z)
		if smallShape(a) {
			return kernel.FMA(-(a + 1), l, -1/z)
		}
		return -special.Deviance(a, 1/z) - l
	},
	func(x args) args {
		z, a := x[0], x[1]
		return args{(1/z - (a + 1)) / z, gammaSlope(1/z, -special.Log(z), a)}
	})
