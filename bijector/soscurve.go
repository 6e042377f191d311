package bijector

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
)

// sosCurve is the curve of a SOSPolynomial in t = x/B, beyond ±end straight. Prepared are the coefficients α of the polynomials whose squares
// are summed, those γ of g, of t to t^(2L+1), and c; pulled are the gradients of those of g′, of 1 to t^2L, and of c.
type sosCurve struct {
	searched
	k, degree         int
	bound, slope, end float64
}

// sosLimit bounds coefficients.
const sosLimit = 1e30

func (g sosCurve) sizes() curveSizes {
	n := g.k * (g.degree + 1)
	return curveSizes{raw: n + 1, prepared: n + 2*g.degree + 2, pulled: 2*g.degree + 2, work: 4}
}

// coefficient sets α to number j of the coefficients of polynomial k.
func (g sosCurve) coefficient(α []float64, raw columns, k, j int) {
	kernel.Clamp(α, raw.at(k*(g.degree+1)+j), -sosLimit, sosLimit)
	if j == 0 {
		kernel.AddConst(α, α, 1)
	}
}

func (g sosCurve) prepare(p, raw, work columns) {
	n := g.degree + 1
	γ := p.from(g.k * n)
	for m := range 2*g.degree + 1 {
		clear(γ.at(m))
	}
	for k := range g.k {
		for j := range n {
			g.coefficient(p.at(k*n+j), raw, k, j)
		}
		for i := range n {
			for j := range n {
				kernel.MulAdd(γ.at(i+j), p.at(k*n+i), p.at(k*n+j))
			}
		}
	}
	for m := range 2*g.degree + 1 {
		kernel.Scale(γ.at(m), γ.at(m), 1/float64(g.k))
		if m == 0 {
			kernel.AddConst(γ.at(m), γ.at(m), g.slope)
		}
		kernel.Scale(γ.at(m), γ.at(m), g.bound/float64(m+1))
	}
	kernel.Clamp(γ.at(2*g.degree+1), raw.at(g.k*n), -sosLimit, sosLimit)
}

// squares sets q = g′ at t, and d, if it is not nil, to its derivative.
func (g sosCurve) squares(q, d, t []float64, p columns, work columns) {
	n := g.degree + 1
	for i := range q {
		q[i] = 0
	}
	clear(d)
	v, dv := work.at(0), work.at(1)
	for k := range g.k {
		copy(v, p.at(k*n+n-1))
		clear(dv)
		for j := n - 2; j >= 0; j-- {
			α := p.at(k*n + j)[:len(t)]
			for i, t := range t {
				if d != nil {
					dv[i] = kernel.FMA(dv[i], t, v[i])
				}
				v[i] = kernel.FMA(v[i], t, α[i])
			}
		}
		for i, v := range v {
			q[i] = kernel.FMA(v, v, q[i])
			if d != nil {
				d[i] = kernel.FMA(2*v, dv[i], d[i])
			}
		}
	}
	for i, v := range q {
		q[i] = kernel.FMA(v, 1/float64(g.k), g.slope)
	}
	if d != nil {
		kernel.Scale(d, d, 1/float64(g.k))
	}
}

// inside sets t = x/B, held within ±end, where g is straight.
func (g sosCurve) inside(t, x []float64) {
	for i, v := range x {
		t[i] = v / g.bound
	}
	kernel.Clamp(t, t, -g.end, g.end)
}

// beyond returns by how much x is outside, given t.
func (g sosCurve) beyond(x, t float64) float64 {
	if math.Abs(t) < g.end {
		return 0
	}
	return x - float64(t*g.bound)
}

func (g sosCurve) at(y, ls, x []float64, p, keep, work columns) {
	t := work.at(2)
	g.inside(t, x)
	γ := p.from(g.k * (g.degree + 1))
	copy(y, γ.at(2*g.degree))
	for m := 2*g.degree - 1; m >= 0; m-- {
		c := γ.at(m)[:len(y)]
		for i, v := range y {
			y[i] = kernel.FMA(v, t[i], c[i])
		}
	}
	g.squares(ls, nil, t, p, work)
	c := γ.at(2*g.degree + 1)
	for i, v := range y {
		y[i] = kernel.FMA(v, t[i], c[i])
		if off := g.beyond(x[i], t[i]); off != 0 {
			y[i] = kernel.FMA(ls[i], off, y[i])
		}
	}
	kernel.Log(ls, ls)
}

func (g sosCurve) bracket(lo, x, hi, y []float64, p columns) {
	γ := p.from(g.k * (g.degree + 1))
	first, c := γ.at(0), γ.at(2*g.degree+1)
	for i, v := range y {
		off := v - c[i]
		far := min(max(off/g.slope*(1+0x1p-40), -math.MaxFloat64), math.MaxFloat64)
		lo[i], hi[i] = min(far, 0), max(far, 0)
		lo[i] = math.Nextafter(lo[i], math.Inf(-1))
		hi[i] = math.Nextafter(hi[i], math.Inf(1))
		if x[i] = off / first[i] * g.bound; !(x[i] > lo[i] && x[i] < hi[i]) && v == v {
			x[i] = middle(lo[i], hi[i])
		}
	}
}

func (g sosCurve) bend(d []float64, at curvePoint) {
	t, q := at.work.at(2), at.work.at(3)
	g.inside(t, at.x)
	g.squares(q, d, t, at.p, at.work)
	for i, v := range d {
		if d[i] = v / q[i] / g.bound; math.Abs(t[i]) >= g.end {
			d[i] = 0
		}
	}
}

// pull uses ∂y/∂cₘ = B·t^(m+1)/(m+1), and beyond the end t^m times the distance more, and ∂log q/∂cₘ = t^m/q.
func (g sosCurve) pull(dp columns, u, v []float64, at curvePoint) {
	t, power, q := at.work.at(2), at.work.at(3), at.work.at(0)
	g.inside(t, at.x)
	for i := range u {
		power[i] = 1
		q[i] = kernel.FMA(u[i], g.beyond(at.x[i], t[i]), v[i]/at.slope[i])
	}
	for m := range 2*g.degree + 1 {
		d, r := dp.at(m)[:len(u)], g.bound/float64(m+1)
		for i, w := range power {
			d[i] += w * kernel.FMA(u[i], float64(r*t[i]), q[i])
			power[i] = w * t[i]
		}
	}
	kernel.Accumulate(dp.at(2*g.degree+1), u)
}

func (g sosCurve) unprepare(draw, dp, p, raw, work columns) {
	n := g.degree + 1
	α, sum := work.at(0), work.at(1)
	for k := range g.k {
		for j := range n {
			clear(sum)
			for i := range n {
				g.coefficient(α, raw, k, i)
				kernel.MulAdd(sum, α, dp.at(i+j))
			}
			d := draw.at(k*n + j)
			for i, r := range raw.at(k*n + j) {
				if math.Abs(r) <= sosLimit {
					d[i] += 2 / float64(g.k) * sum[i]
				}
			}
		}
	}
	kernel.Accumulate(draw.at(g.k*n), dp.at(2*g.degree+1))
}
