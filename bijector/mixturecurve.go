package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// mixtureCurve is the curve of a MixtureCDF. Prepared are K columns each of b, s, log s and, unless they are equal,
// weights; pulled are the gradients of b, log s and the weights' logarithms. Below, T is the mixture's tail on the side of the middle where x is, about, and f
// its density: at keeps T/f, the shares of the components in f and, unless the weights are equal, in T.
type mixtureCurve struct {
	searched
	k               int
	logistic, equal bool
	scale           ScaleMap
	shrink          float64
}

func mixtureOf(a autodiff.Args) mixtureCurve {
	return mixtureCurve{k: a.I, logistic: a.J&logisticMixture != 0, equal: a.J&equalMixture != 0, scale: scaleMaps[a.J>>3], shrink: a.A}
}

func (m mixtureCurve) sizes() curveSizes {
	if m.equal {
		return curveSizes{2 * m.k, 3 * m.k, m.k + 1, 2 * m.k, max(6, 2*m.k), 0}
	}
	return curveSizes{3 * m.k, 4 * m.k, 2*m.k + 1, 3 * m.k, max(6, 2*m.k), 0}
}

const (
	// mixtureClip bounds |log s|.
	mixtureClip = 200
	// farOut bounds arguments of distribution functions: their squares are float64 numbers.
	farOut = 1e150
)

func (m mixtureCurve) prepare(p, raw, work columns) {
	k := m.k
	for j := range k {
		copy(p.at(j), raw.at(j))
		a := p.at(2*k + j)
		m.scale.log(a, work.at(0), raw.at(k+j), softClip)
		kernel.Clamp(a, a, -mixtureClip, mixtureClip)
		kernel.Exp(p.at(k+j), a)
	}
	if !m.equal {
		softmaxColumns(p.from(3*k), raw.from(2*k), k, work.at(0))
	}
}

func (m mixtureCurve) unprepare(draw, dp, p, raw, work columns) {
	k := m.k
	a, d := work.at(0), work.at(1)
	for j := range k {
		kernel.Accumulate(draw.at(j), dp.at(j))
		m.scale.log(a, d, raw.at(k+j), softClip)
		for i, g := range dp.at(k + j) {
			if math.Abs(a[i]) <= mixtureClip {
				draw.at(k + j)[i] += float64(g * d[i])
			}
		}
		if !m.equal {
			kernel.Accumulate(draw.at(2*k+j), dp.at(2*k+j))
		}
	}
}

// weight returns the weight of component j at place i.
func (m mixtureCurve) weight(p columns, j, i int) float64 {
	if m.equal {
		return 1 / float64(m.k)
	}
	return p.at(3*m.k + j)[i]
}

// weights returns the weights of component j, set in w where they are equal.
func (m mixtureCurve) weights(w []float64, p columns, j int) []float64 {
	if !m.equal {
		return p.at(3*m.k + j)
	}
	for i := range w {
		w[i] = 1 / float64(m.k)
	}
	return w
}

// arguments sets u = s·x + b of component j.
func (m mixtureCurve) arguments(u, x []float64, p columns, j int) {
	b, s := p.at(j)[:len(x)], p.at(m.k + j)[:len(x)]
	for i, v := range x {
		u[i] = min(max(kernel.FMA(s[i], v, b[i]), -farOut), farOut)
	}
}

func (m mixtureCurve) bracket(lo, x, hi, y []float64, p columns) {
	for i, v := range y {
		if m.shrink > 0 {
			v = m.unshrunk(v)
		}
		v = min(max(v, -farOut), farOut)
		least, most, top, bottom := math.Inf(1), math.Inf(-1), 0.0, 0.0
		for j := range m.k {
			b, s, w := min(max(p.at(j)[i], -farOut), farOut), p.at(m.k + j)[i], m.weight(p, j, i)
			t, off := (v-b)/s, (math.Abs(v)+math.Abs(b))/s
			least, most = min(least, kernel.FMA(-0x1p-50, off, t)), max(most, kernel.FMA(0x1p-50, off, t))
			top, bottom = kernel.FMA(w, v-b, top), kernel.FMA(w, s, bottom)
		}
		lo[i], hi[i] = least, most
		if x[i] = top / bottom; !(x[i] > lo[i] && x[i] < hi[i]) && v == v {
			x[i] = middle(lo[i], hi[i])
		}
	}
}

func (m mixtureCurve) at(y, ls, x []float64, p, keep, work columns) {
	side, tail, density, u, e, t := work.at(0), work.at(1), work.at(2), work.at(3), work.at(4), work.at(5)
	m.sides(side, x, p)
	clear(tail)
	clear(density)
	for j := range m.k {
		m.arguments(u, x, p, j)
		m.component(t, e, u, side)
		w := m.weights(u, p, j)
		kernel.Mul(t, t, w)
		kernel.Mul(e, e, w)
		kernel.Mul(e, e, p.at(m.k+j))
		kernel.Accumulate(tail, t)
		kernel.Accumulate(density, e)
		if len(keep.data) > 0 {
			copy(keep.at(1+j), e)
			if !m.equal {
				copy(keep.at(1+m.k+j), t)
			}
		}
	}
	m.shares(keep, tail, density)
	m.standard(y, ls, side, tail, density, u, e)
	for i := range y {
		if !(tail[i] > 1e-280 && density[i] > 1e-280 && density[i] < 1e280) {
			y[i], ls[i] = m.far(i, x[i], side[i], p, keep, work)
		}
	}
}

// sides sets side to 1 where x is below the middle, about, and to −1 above it.
func (m mixtureCurve) sides(side, x []float64, p columns) {
	clear(side)
	for j := range m.k {
		b, s, w := p.at(j)[:len(x)], p.at(m.k + j)[:len(x)], p.at(m.k + j)[:len(x)]
		if !m.equal {
			w = p.at(3*m.k + j)[:len(x)]
		}
		for i, v := range x {
			u := min(max(kernel.FMA(s[i], v, b[i]), -farOut), farOut)
			if u /= 1 + math.Abs(u); !m.equal {
				u *= w[i]
			}
			side[i] += u
		}
	}
	for i, v := range side {
		if side[i] = 1; v > 0 {
			side[i] = -1
		}
	}
}

// component sets t = F(side·u), or its complement, and e = F′(u).
func (m mixtureCurve) component(t, e, u, side []float64) {
	if m.logistic {
		for i, v := range u {
			e[i] = -math.Abs(v)
		}
		kernel.Exp(e, e)
		for i, v := range e {
			q := 1 / (1 + v)
			if t[i] = q; u[i]*side[i] < 0 {
				t[i] = float64(v * q)
			}
			e[i] = float64(v * q * q)
		}
		return
	}
	kernel.Mul(e, u, u)
	kernel.Scale(e, e, -0.5)
	kernel.Exp(e, e)
	kernel.Scale(e, e, invSqrt2π)
	kernel.Mul(t, u, side)
	kernel.NormalCDF(t, t)
}

// shares makes of densities and tails that are kept the components' shares.
func (m mixtureCurve) shares(keep columns, tail, density []float64) {
	if len(keep.data) == 0 {
		return
	}
	kernel.Div(keep.at(0), tail, density)
	for j := range m.k {
		kernel.Div(keep.at(1+j), keep.at(1+j), density)
		if !m.equal {
			kernel.Div(keep.at(1+m.k+j), keep.at(1+m.k+j), tail)
		}
	}
}

// standard sets y = F⁻¹ of the mixture's distribution function, and the logarithm of its slope.
func (m mixtureCurve) standard(y, ls, side, tail, density, a, b []float64) {
	kernel.Log(ls, density)
	if m.logistic {
		kernel.Log(a, tail)
		kernel.Scale(b, tail, -1)
		kernel.Log1p(b, b)
		kernel.Sub(y, a, b)
		kernel.Mul(y, y, side)
		kernel.Sub(ls, ls, a)
		kernel.Sub(ls, ls, b)
		return
	}
	copy(a, tail)
	if m.shrink > 0 {
		for i, t := range a {
			a[i] = kernel.FMA(1-m.shrink, t, 0.5*m.shrink)
		}
		kernel.AddConst(ls, ls, kernel.Log1pOne(-m.shrink))
	}
	kernel.NormalQuantile(y, a)
	for i, z := range y {
		ls[i] = kernel.FMA(0.5*z, z, ls[i]) + halfLog2π
		y[i] = float64(z * side[i])
	}
}
