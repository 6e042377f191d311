package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// Softfloor is a smooth, strictly increasing floor: a sigmoid of temperature t > 0
// in every unit interval, with steps that sharpen as t → 0,
// and nearly the identity for large t:
//
//	y = k + a + (σ(z) − a)/(1 − 2a),  k = ⌊x − ½⌋,  z = (x − k − 1)/t,  a = σ(−1/2t)
//	log y′ = log σ(z) + log σ(−z) − log t − log(1 − 2a)
//
// It costs about six exponentials and logarithms per element. As t falls, more
// and more x round to the same y: below t = 0.02 the inverse is of little use.
type Softfloor struct{ Temperature autodiff.Value }

// NewSoftfloor returns a soft floor. It panics if the temperature is not positive.
func NewSoftfloor(temperature autodiff.Value) *Softfloor { return made(&Softfloor{temperature}) }

func (b *Softfloor) params() params {
	return params{{"Softfloor: temperature", &b.Temperature, positive, required}}
}

// softfloorMap has the parameters t, a and log 4t·(1−2a), as if they were
// independent: the tape knows how the latter depend on t.
var softfloorMap = newScalar("Softfloor", scalarMap{
	// (σ(z) − a)/(1 − 2a) = σ(z)·expm1(−f/t) / (σ(1/2t)·expm1(−1/t)), f = x − ½ − k, and
	// 1 less that of −z for z > 0.
	forward: func(y, ls, x []float64, p scalarArgs) {
		t, a := p.theta[0], p.theta[1]
		n := len(x)
		k, z, f, g, side := p.temp(n), p.temp(n), p.temp(n), p.temp(n), p.temp(n)
		for i, v := range x {
			k[i], z[i] = floorUnit(v)
			z[i], side[i] = -math.Abs(z[i]), z[i]
			f[i], g[i] = -(z[i]+0.5)/t[i], -1/t[i]
			z[i] /= t[i]
		}
		kernel.Expm1(f, f)
		kernel.Expm1(g, g)
		kernel.Sigmoid(y, z)
		for i, s := range y {
			step := s * f[i] / ((1 - a[i]) * g[i])
			if side[i] > 0 {
				y[i] = (k[i] + 1) + (a[i] - step)
			} else {
				y[i] = k[i] + (a[i] + step)
			}
		}
		if !p.valueOnly {
			logBell(ls, z)
			kernel.Sub(ls, ls, p.theta[2])
		}
	},
	// With r = y − a − k, s = a + r·(1−2a) = σ(z).
	inverse: func(x, ls, y []float64, p scalarArgs) {
		n := len(y)
		u, v, w := p.temp(n), p.temp(n), p.temp(n)
		width := p.temp(n)
		kernel.Exp(width, p.theta[2])
		for i := range y {
			t, a := p.theta[0][i], p.theta[1][i]
			d := width[i] / (4 * t)
			k := math.RoundToEven(y[i] - a)
			r := y[i] - a - k
			rest := 1 - r
			if r < 0 { // 1−r must not lose a small −r
				k, r, rest = k-1, 1+r, -r
			}
			u[i], v[i] = kernel.FMA(r, d, a), kernel.FMA(rest, d, a)
			w[i] = (r - rest) * d / v[i] // s/(1−s) − 1
			x[i] = k + 1
		}
		kernel.Log(u, u)
		kernel.Log(v, v)
		kernel.Log1p(w, w)
		for i := range y {
			z := u[i] - v[i]
			if math.Abs(z) < 1 {
				z = w[i]
			}
			x[i] = kernel.FMA(p.theta[0][i], z, x[i])
			u[i] = z
		}
		if !p.valueOnly {
			logBell(ls, u)
			kernel.Sub(ls, p.theta[2], ls)
		}
	},
	derive: func(d derivatives) {
		n := len(d.x)
		s, th := d.temp(n), d.temp(n)
		z := d.temp(n)
		for i, v := range d.x {
			_, z[i] = floorUnit(v)
			z[i] /= d.theta[0][i]
			th[i] = 0.5 * z[i]
		}
		kernel.Sigmoid(s, z)
		kernel.TanhOf(th, th)
		for i, t := range d.theta[0] {
			a := d.theta[1][i]
			w := 1 - 2*a
			rho := (s[i] - a) / w
			d.lsByX[i] = -th[i] / t
			d.yByTheta[0][i] = -s[i] * (1 - s[i]) * z[i] / (t * w)
			d.yByTheta[1][i] = 1 + (2*rho-1)/w
			d.yByTheta[2][i] = 0
			d.lsByTheta[0][i], d.lsByTheta[1][i], d.lsByTheta[2][i] = th[i]*z[i]/t, 0, -1
		}
	},
})

// floorUnit returns k = ⌊x − ½⌋ and x − k − 1, from −½ to ½.
func floorUnit(x float64) (k, z float64) {
	k = math.Floor(x - 0.5)
	return k, x - k - 1
}

func (b *Softfloor) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	t := b.params()[0].on(x)
	u := t.Recip().MulConst(0.25) // 1 − 2a = tanh u
	width := logTanhc.Apply(nil, autodiff.Args{}, u.Shape(), u)
	return summed(scalar(softfloorMap, x, dir, t, u.MulConst(-2).Sigmoid(), width))
}
