package bijector

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// BetaCDF is the distribution function of the beta distribution:
//
//	y = I(x; a, b),  0 < x < 1
//	log y′ = (a − 1)·log x + (b − 1)·log(1 − x) − log B(a, b)
//
// with the regularised incomplete beta function I. A and B are positive, fixed
// or learned. An x outside goes to 0 or 1 with log-determinant −∞. It costs a continued fraction
// per element forward, several backward; gradients by learned parameters have about ten digits.
type BetaCDF struct{ A, B autodiff.Value }

// NewBetaCDF returns a beta distribution function. It panics if a parameter is
// not positive.
func NewBetaCDF(a, b autodiff.Value) *BetaCDF { return made(&BetaCDF{a, b}) }

func (b *BetaCDF) params() params {
	return params{
		{"BetaCDF: a", &b.A, positive, required},
		{"BetaCDF: b", &b.B, positive, required},
	}
}

// betaMap has the parameters a, b and log B(a, b); its values' dependence on the
// latter is counted with a and b.
var betaMap = newScalar("BetaCDF", scalarMap{
	forward: func(y, ls, x []float64, p scalarArgs) {
		rest := p.temp(len(x))
		var s betas
		for i, v := range x {
			rest[i] = 1 - v
			y[i], _ = s.of(p.theta[0][i], p.theta[1][i], p.theta[2][i]).Inc(v, 1-v)
		}
		betaSlope(ls, x, rest, p)
		unit(y, ls, x, 0, 1)
	},
	inverse: func(x, ls, y []float64, p scalarArgs) {
		rest := p.temp(len(y))
		var s betas
		for i, v := range y {
			x[i], rest[i] = s.of(p.theta[0][i], p.theta[1][i], p.theta[2][i]).Inv(v, 1-v)
		}
		betaSlope(ls, x, rest, p)
		kernel.Scale(ls, ls, -1)
		unit(x, ls, y, 0, 1)
	},
	derive: func(d derivatives) {
		lx, lr := d.lsByTheta[0], d.lsByTheta[1]
		kernel.Log(lx, d.x)
		kernel.Scale(lr, d.x, -1)
		kernel.Log1p(lr, lr)
		var sa, sb stencil
		for i, x := range d.x {
			a, b, rest := d.theta[0][i], d.theta[1][i], 1-x
			d.lsByX[i] = (a-1)/x - (b-1)/rest
			d.yByTheta[2][i], d.lsByTheta[2][i] = 0, -1
			if !d.needs(0) && !d.needs(1) {
				continue
			}
			sign := 1.0
			if d.y[i] > 0.5 { // the smaller tail
				sign = -1
			}
			tail := func(s special.Beta) float64 {
				p, q := s.Inc(x, rest)
				if sign < 0 {
					return q
				}
				return p
			}
			sa.move(a, b, func(a float64) special.Beta { return special.BetaOf(a, b, special.LogBeta(a, b)) })
			sb.move(b, a, func(b float64) special.Beta { return special.BetaOf(a, b, special.LogBeta(a, b)) })
			d.yByTheta[0][i] = sign * sa.derivative(tail)
			d.yByTheta[1][i] = sign * sb.derivative(tail)
		}
	},
})

// betas is the distribution last asked for: its constants cost more than a value.
type betas struct{ special.Beta }

func (s *betas) of(a, b, logBeta float64) special.Beta {
	if s.A != a || s.B != b {
		s.Beta = special.BetaOf(a, b, logBeta)
	}
	return s.Beta
}

// betaSlope sets ls = log y′; rest is 1 − x.
func betaSlope(ls, x, rest []float64, p scalarArgs) {
	if p.valueOnly {
		return
	}
	lx, lr := p.temp(len(x)), p.temp(len(x))
	kernel.Log(lx, x)
	kernel.Log(lr, rest)
	for i, a := range p.theta[0] {
		ls[i] = kernel.FMA(a-1, lx[i], kernel.FMA(p.theta[1][i]-1, lr[i], -p.theta[2][i]))
	}
}

// logBetaOp is log B(a, b), elementwise.
var logBetaOp = &autodiff.Op{
	Name: "bijector.LogBeta",
	Forward: func(c *autodiff.Call) {
		for i, a := range c.In(0) {
			c.Out(0)[i] = special.LogBeta(a, c.In(1)[i])
		}
	},
	Backward: func(c *autodiff.Call) {
		for k := range 2 {
			g := c.InGrad(k)
			if g == nil {
				continue
			}
			for i, dl := range c.OutGrad(0) {
				a, b := c.In(k)[i], c.In(1 - k)[i]
				g[i] += float64(dl * (special.Digamma(a) - special.Digamma(a+b)))
			}
		}
	},
}

// logBeta returns log B(a, b) of two scalars or rows.
func logBeta(a, b autodiff.Var) autodiff.Var {
	d := max(a.Cols(), b.Cols())
	return logBetaOp.Apply(nil, autodiff.Args{}, autodiff.Shape{Rows: 1, Cols: d}, a.Expand(1, d), b.Expand(1, d))
}

func (b *BetaCDF) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	p, q := b.params().pair(x)
	return summed(scalar(betaMap, x, dir, p, q, logBeta(p, q)))
}
