package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// LogLogistic is the distribution of eᵘ with u logistic with mean μ and scale s:
// log p(x) = log Logistic(log x | μ, s) − log x for x > 0.
type LogLogistic struct {
	Loc, Scale autodiff.Value
}

// NewLogLogistic returns d independent log-logistic columns. It panics unless
// scale is positive.
func NewLogLogistic(d int, loc, scale autodiff.Value) *Columns {
	return NewColumns(d, &LogLogistic{loc, positive("NewLogLogistic", "scale", scale)})
}

func (l *LogLogistic) values() values  { return values{l.Loc, l.Scale} }
func (l *LogLogistic) family() *family { return logLogisticFamily }

var logLogisticFamily = func() *family {
	f := pushed(logisticFamily, "LogLogistic", exponential)
	f.mean = func(p nums) float64 { return momentUpTo(1, 1/p[1], special.Exp(p[0])/sinc(p[1])) }
	f.variance = func(p nums) float64 {
		s := sinc(p[1])
		return momentUpTo(2, 1/p[1], special.Exp(2*p[0])*(1/sinc(2*p[1])-1/(s*s)))
	}
	f.mode = func(p nums) float64 {
		return special.Exp(p[0]) * special.Pow(max(1-p[1], 0)/(1+p[1]), p[1])
	}
	f.entropy = func(p nums) float64 { return p[0] + 2 + special.Log(p[1]) }
	return f
}()

// sinc returns sin(πx)/(πx).
func sinc(x float64) float64 { return special.Sin(math.Pi*x) / (math.Pi * x) }
