package bijector

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
)

// bernsteinCurve is the curve of a Bernstein. Prepared are the θ less those of the identity, n+1 columns, and N·(θᵢ₊₁ − θᵢ)/2B, n columns, the coefficients of g′; pulled are
// the gradients of the shares of the softmax.
type bernsteinCurve struct {
	searched
	raw, n     int
	bound, gap float64
}

func (g bernsteinCurve) sizes() curveSizes {
	return curveSizes{raw: g.raw, prepared: 2*g.n + 1, pulled: g.raw, work: g.n + 6, rounding: g.n / 2}
}

// rest is what the shares share.
func (g bernsteinCurve) rest() float64 { return 2 * g.bound * (1 - 4/float64(g.n)) }

func (g bernsteinCurve) prepare(p, raw, work columns) {
	θ, slope := p, p.from(g.n+1)
	softmaxColumns(slope.from(2), raw, g.raw, work.at(0))
	edge := 2 * g.bound / float64(g.n)
	clear(θ.at(0))
	for j := range g.n {
		step := slope.at(j)
		for i := range step {
			switch {
			case j < 2 || j >= g.n-2:
				step[i] = edge
			default:
				step[i] *= g.rest()
			}
		}
		kernel.Add(θ.at(j+1), θ.at(j), step)
		kernel.AddConst(θ.at(j+1), θ.at(j+1), -edge)
		kernel.Scale(step, step, float64(g.n)/(2*g.bound))
	}
	clear(θ.at(g.n)) // but for rounding
}

// outside reports whether g is the identity at x, but for the gap.
func (g bernsteinCurve) outside(x float64) bool { return !(math.Abs(x) < g.bound-g.gap) && x == x }

// place sets r = z/(1−z) and big = 1−z, z being that of −x instead where x is positive, so that r ≤ 1.
func (g bernsteinCurve) place(r, big, x []float64) {
	for i, v := range x {
		z := (g.bound - min(math.Abs(v), g.bound)) / (2 * g.bound)
		if v != v {
			z = v
		}
		big[i] = 1 - z
		r[i] = z / big[i]
	}
}

// polynomial sets y to the polynomial with the coefficients c of degree n in the Bernstein basis, given the place.
func (g bernsteinCurve) polynomial(y, power, r, big, x []float64, c columns, n int) {
	choose := 1.0
	for i := range y {
		y[i], power[i] = 0, 1
	}
	for j := range n + 1 { // from the highest power of r down
		low, high := c.at(n - j)[:len(x)], c.at(j)[:len(x)]
		for i, v := range x {
			a := low[i]
			if v > 0 {
				a = high[i]
			}
			y[i] = math.FMA(y[i], r[i], float64(choose*a))
			if j > 0 {
				power[i] *= big[i]
			}
		}
		choose = choose * float64(n-j) / float64(j+1)
	}
	kernel.Mul(y, y, power)
}

func (g bernsteinCurve) at(y, ls, x []float64, p, keep, work columns) {
	r, big, power := work.at(0), work.at(1), work.at(2)
	g.place(r, big, x)
	g.polynomial(y, power, r, big, x, p, g.n)
	g.polynomial(ls, power, r, big, x, p.from(g.n+1), g.n-1)
	kernel.Add(y, y, x)
	kernel.Log(ls, ls)
	for i, v := range x {
		if g.outside(v) {
			y[i], ls[i] = v+math.Copysign(g.gap, v), 0
		}
	}
}

func (g bernsteinCurve) bracket(lo, x, hi, y []float64, p columns) {
	for i, v := range y {
		lo[i], hi[i] = -g.bound, g.bound
		x[i] = v
		if out := v - math.Copysign(g.gap, v); g.outside(out) {
			x[i], lo[i], hi[i] = out, math.Nextafter(out, math.Inf(-1)), math.Nextafter(out, math.Inf(1))
		}
	}
}

func (g bernsteinCurve) bend(d []float64, at curvePoint) {
	r, big, power, second := at.work.at(0), at.work.at(1), at.work.at(2), at.work.from(3)
	slope := at.p.from(g.n + 1)
	for j := range g.n - 1 { // the differences of coefficients are those of the derivative
		kernel.Sub(second.at(j), slope.at(j+1), slope.at(j))
	}
	g.place(r, big, at.x)
	g.polynomial(d, power, r, big, at.x, second, g.n-2)
	for i, v := range d {
		if d[i] = v * float64(g.n-1) / (2 * g.bound) / at.slope[i]; g.outside(at.x[i]) {
			d[i] = 0
		}
	}
}

// basis sets the columns of b to the Bernstein basis of degree n at x.
func (g bernsteinCurve) basis(b columns, r, big, x []float64, n int) {
	for i, v := range x {
		p := 1.0
		for range n {
			p *= big[i]
		}
		for j := range n + 1 {
			at := j
			if v > 0 {
				at = n - j
			}
			b.at(at)[i] = p
			p *= r[i] * float64(n-j) / float64(j+1)
		}
	}
}

// pull uses ∂g/∂(θᵢ₊₁ − θᵢ) = Σₖ bₖ, k > i, and ∂g′/∂(θᵢ₊₁ − θᵢ) = N·bᵢ/2B in the basis of degree N−1.
func (g bernsteinCurve) pull(dp columns, u, v []float64, at curvePoint) {
	r, big, sum, basis := at.work.at(0), at.work.at(1), at.work.at(2), at.work.from(3)
	g.place(r, big, at.x)
	inside := func(w []float64, i int) float64 {
		if g.outside(at.x[i]) {
			return 0
		}
		return w[i]
	}
	g.basis(basis, r, big, at.x, g.n)
	for i := range sum {
		sum[i] = basis.at(g.n)[i] + basis.at(g.n - 1)[i]
	}
	for j := g.raw - 1; j >= 0; j-- { // share j is the step from θ of j+2
		kernel.Accumulate(sum, basis.at(j+3))
		d := dp.at(j)
		for i := range d {
			d[i] += float64(inside(u, i) * sum[i] * g.rest())
		}
	}
	g.basis(basis, r, big, at.x, g.n-1)
	for j := range g.raw {
		d, b := dp.at(j), basis.at(j+2)
		for i := range d {
			d[i] += float64(inside(v, i) / at.slope[i] * b[i] * float64(g.n) / (2 * g.bound) * g.rest())
		}
	}
}

func (g bernsteinCurve) unprepare(draw, dp, p, raw, work columns) {
	share, slope := work.from(1), p.from(g.n+3)
	for j := range g.raw {
		kernel.Scale(share.at(j), slope.at(j), 2*g.bound/(float64(g.n)*g.rest()))
	}
	softmaxPull(draw, dp, share, g.raw, 1, work.at(0))
}
