package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// TukeyGH gives a normal the skewness of Tukey's g and the heavy tails of his h:
//
//	y = m·exp(hx²/2),  m = (exp(gx) − 1)/g, x for g = 0
//	log y′ = log(exp(gx) + h·x·m) + hx²/2
//
// G is of any sign, H ≥ 0 (learned H > 0); all is smooth across g = 0. For
// h = 0 and g ≠ 0 a y beyond −1/g comes from ±∞ with log-determinant −∞.
// Location and scale are those of a map after it. Forward costs three
// exponentials and a logarithm per element; the inverse, four steps of Halley's method and Newton's
// inside a bracket where these do not converge, about four times as much.
//
// J. W. Tukey, Exploratory data analysis, 1977; D. C. Hoaglin, Summarizing
// shape numerically: the g-and-h distributions, 1985.
type TukeyGH struct{ G, H autodiff.Value }

// NewTukeyGH returns a g-and-h map. It panics if h is negative.
func NewTukeyGH(g, h autodiff.Value) *TukeyGH { return made(&TukeyGH{g, h}) }

func (b *TukeyGH) params() params {
	return params{
		{"TukeyGH: g", &b.G, finite, required},
		{"TukeyGH: h", &b.H, nonnegative, required},
	}
}

var tukeyMap = newScalar("TukeyGH", scalarMap{
	forward: tukey,
	inverse: tukeyInverse,
	derive: func(d derivatives) {
		n := len(d.x)
		e, m, s := d.temp(n), d.temp(n), d.temp(n)
		tukeyFactors(e, m, d.x, d.scalarArgs)
		for i, x := range d.x {
			s[i] = float64(0.5 * d.theta[1][i] * x * x)
			if u := float64(d.theta[0][i] * x); u > 0 {
				s[i] += u
			}
		}
		kernel.Exp(s, s)
		for i, x := range d.x { // relative to exp(gx) for gx > 0
			g, h := d.theta[0][i], d.theta[1][i]
			one, dm := e[i], 0.0
			if g*x > 0 {
				one = 1
				dm = kernel.FMA(x, m[i], -expm1OverGrad(-g, x, m[i]))
			} else {
				dm = expm1OverGrad(g, x, m[i])
			}
			hx := float64(h * x)
			p := kernel.FMA(hx, m[i], one)
			d.lsByX[i] = kernel.FMA(one, g+hx, float64(h*m[i]))/p + hx
			if h == 0 {
				d.lsByX[i] = g
			}
			d.yByTheta[0][i], d.lsByTheta[0][i] = s[i]*dm, kernel.FMA(x, one, float64(hx*dm))/p
			half := float64(0.5 * x * x)
			d.yByTheta[1][i], d.lsByTheta[1][i] = half*d.y[i], x*m[i]/p+half
		}
	},
})

// tukeyFactors sets, without overflow, m = (exp(gx) − 1)/g, divided by exp(gx) where gx > 0, and
// e = exp(−|gx|) unless it is nil.
func tukeyFactors(e, m, x []float64, a scalarArgs) {
	c := a.temp(len(x))
	for i, g := range a.theta[0] {
		c[i] = math.Copysign(g, -x[i])
	}
	expm1Over(m, x, c)
	if e != nil {
		kernel.Mul(e, x, c)
		kernel.Exp(e, e)
	}
}

func tukey(y, ls, x []float64, a scalarArgs) {
	n := len(x)
	m, q, u := a.temp(n), a.temp(n), a.temp(n)
	var e []float64
	if !a.valueOnly {
		e = a.temp(n)
	}
	tukeyFactors(e, m, x, a)
	kernel.Mul(u, a.theta[0], x)
	for i, v := range x { // without branches on signs, which are as good as random
		q[i] = float64(0.5*a.theta[1][i]*v*v) + max(u[i], 0)
	}
	kernel.Exp(y, q)
	kernel.Mul(y, y, m)
	if a.valueOnly {
		return
	}
	d, one := a.temp(n), a.temp(n)
	for i, v := range x {
		h := a.theta[1][i]
		ls[i] = float64(h * v * m[i])
		if d[i], one[i] = max(u[i], 0), 1; h == 0 {
			d[i] = 1
		}
	}
	kernel.Select(d, d, one, e)
	kernel.Div(ls, ls, d)
	kernel.Log1p(ls, ls)
	for i, v := range x {
		if h := a.theta[1][i]; h > 0 && e[i] == 0 && u[i] < 0 {
			ls[i] = a.log(h * v * m[i])
		} else {
			ls[i] += min(u[i], 0)
		}
		ls[i] += q[i]
	}
}

func (b *TukeyGH) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	g, h := b.params().pair(x)
	return summed(scalar(tukeyMap, x, dir, g, h))
}
