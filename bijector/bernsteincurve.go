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
	return curveSizes{raw: g.raw, prepared: 2*g.n + 1, pulled: g.raw, work: g.n + 8, rounding: g.n / 2}
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

// sides sets on to where x is positive, and returns memory for one more column.
func (g bernsteinCurve) sides(x []float64, work columns) (on, tmp []float64) {
	on = work.at(g.n + 4)
	for i, v := range x {
		if on[i] = 0; v > 0 {
			on[i] = 1
		}
	}
	return on, work.at(g.n + 5)
}

// polynomial sets y to the polynomial with the coefficients c of degree n in the Bernstein basis, given the place of x.
func (g bernsteinCurve) polynomial(y, x []float64, c columns, n int, work columns) {
	r, big, power := work.at(0), work.at(1), work.at(2)
	on, tmp := g.sides(x, work)
	choose, to := 1.0, y
	clear(y)
	for i := range power {
		power[i] = 1
	}
	for j := range n + 1 { // from the highest power of r down
		kernel.Select(tmp, on, c.at(j)[:len(x)], c.at(n - j)[:len(x)])
		kernel.Scale(tmp, tmp, choose)
		kernel.MulAdd(tmp, y, r)
		y, tmp = tmp, y
		if j > 0 {
			kernel.Mul(power, power, big)
		}
		choose = choose * float64(n-j) / float64(j+1)
	}
	kernel.Mul(to, y, power)
}

func (g bernsteinCurve) at(y, ls, x []float64, p, keep, work columns) {
	g.place(work.at(0), work.at(1), x)
	g.polynomial(y, x, p, g.n, work)
	g.polynomial(ls, x, p.from(g.n+1), g.n-1, work)
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
	second := at.work.from(3)
	slope := at.p.from(g.n + 1)
	for j := range g.n - 1 { // the differences of coefficients are those of the derivative
		kernel.Sub(second.at(j), slope.at(j+1), slope.at(j))
	}
	g.place(at.work.at(0), at.work.at(1), at.x)
	g.polynomial(d, at.x, second, g.n-2, at.work)
	for i, v := range d {
		if d[i] = v * float64(g.n-1) / (2 * g.bound) / at.slope[i]; g.outside(at.x[i]) {
			d[i] = 0
		}
	}
}

// basis sets the columns of b to the Bernstein basis of degree n at x, given its place.
func (g bernsteinCurve) basis(b columns, x []float64, n int, work columns) {
	r, big := work.at(0), work.at(1)
	on, tmp := g.sides(x, work)
	first := b.at(0)
	for i := range first {
		first[i] = 1
	}
	for range n {
		kernel.Mul(first, first, big)
	}
	for j := range n {
		kernel.Mul(b.at(j+1), b.at(j), r)
		kernel.Scale(b.at(j+1), b.at(j+1), float64(n-j)/float64(j+1))
	}
	for j := range (n + 1) / 2 { // that of −x turned around
		low, high := b.at(j), b.at(n-j)
		kernel.Select(tmp, on, high, low)
		kernel.Select(high, on, low, high)
		copy(low, tmp)
	}
}

// pull uses ∂g/∂(θᵢ₊₁ − θᵢ) = Σₖ bₖ, k > i, and ∂g′/∂(θᵢ₊₁ − θᵢ) = N·bᵢ/2B in the basis of degree N−1.
func (g bernsteinCurve) pull(dp columns, u, v []float64, at curvePoint) {
	sum, basis, byValue, bySlope := at.work.at(2), at.work.from(3), at.work.at(g.n+6), at.work.at(g.n+7)
	g.place(at.work.at(0), at.work.at(1), at.x)
	for i, x := range at.x {
		byValue[i], bySlope[i] = u[i]*g.rest(), v[i]/at.slope[i]*(float64(g.n)/(2*g.bound)*g.rest())
		if g.outside(x) {
			byValue[i], bySlope[i] = 0, 0
		}
	}
	g.basis(basis, at.x, g.n, at.work)
	kernel.Add(sum, basis.at(g.n), basis.at(g.n-1))
	for j := g.raw - 1; j >= 0; j-- { // share j is the step from θ of j+2
		kernel.Accumulate(sum, basis.at(j+3))
		kernel.MulAdd(dp.at(j), byValue, sum)
	}
	g.basis(basis, at.x, g.n-1, at.work)
	for j := range g.raw {
		kernel.MulAdd(dp.at(j), bySlope, basis.at(j+2))
	}
}

func (g bernsteinCurve) unprepare(draw, dp, p, raw, work columns) {
	share, slope := work.from(1), p.from(g.n+3)
	for j := range g.raw {
		kernel.Scale(share.at(j), slope.at(j), 2*g.bound/(float64(g.n)*g.rest()))
	}
	softmaxPull(draw, dp, share, g.raw, 1, work.at(0))
}
