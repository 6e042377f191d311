package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// gaussianizeOp has outputs value and log-slope; Args.Ref is the *Gaussianization and Args.J
// the direction.
var gaussianizeOp = &autodiff.Op{
	Name: "bijector.Gaussianization",
	Forward: func(c *autodiff.Call) {
		g, dir := c.Args().Ref.(*Gaussianization), direction(c.Args().J)
		n, d := c.OutShape(0).Rows, c.OutShape(0).Cols
		in, v, ls := c.Temp(n), c.Temp(n), c.Temp(n)
		buffers := marginalBuffers{c.Temp(n), c.Temp(n), c.Temp(n), c.Temp(n), c.Temp(n)}
		for j := range d {
			for i := range n {
				in[i] = c.In(0)[i*d+j]
			}
			if dir.back() {
				g.Columns[j].normal(c, v, ls, in, buffers)
			} else {
				g.Columns[j].quantile(c, v, ls, in, buffers)
			}
			for i := range n {
				c.Out(0)[i*d+j], c.Out(1)[i*d+j] = v[i], ls[i]
			}
		}
	},
	Backward: func(c *autodiff.Call) {
		g, dir := c.Args().Ref.(*Gaussianization), direction(c.Args().J)
		dx, dv, dl := c.InGrad(0), c.OutGrad(0), c.OutGrad(1)
		for i := range dx {
			y := c.In(0)[i]
			if !dir.back() {
				y = c.Out(0)[i]
			}
			_, ls, dlogslope := g.Columns[i%len(g.Columns)].at(y)
			if math.IsInf(ls, 0) {
				continue
			}
			slope := special.Exp(ls)
			if !dir.back() { // log|∂y/∂x| = −ls at y(x)
				slope = special.Exp(-ls)
				dlogslope *= -slope
			}
			if dv != nil {
				dx[i] = kernel.FMA(dv[i], slope, dx[i])
			}
			if dl != nil {
				dx[i] = kernel.FMA(dl[i], dlogslope, dx[i])
			}
		}
	},
}

// marginalBuffers are as long as a column.
type marginalBuffers struct{ side, tail, u, e, p []float64 }

// first returns the first n elements of each.
func (r marginalBuffers) first(n int) marginalBuffers {
	return marginalBuffers{r.side[:n], r.tail[:n], r.u[:n], r.e[:n], r.p[:n]}
}

// normal sets z = Φ⁻¹(F(ψ(y))) and ls = log z′.
func (m *Marginal) normal(c *autodiff.Call, z, ls, y []float64, r marginalBuffers) {
	if !m.bounded() {
		m.scores(z, ls, y, r)
		return
	}
	u, slopes := c.Temp(len(y)), c.Temp(len(y))
	for i, v := range y {
		u[i], slopes[i], _ = m.unbound(v)
	}
	m.scores(z, ls, u, r)
	kernel.Add(ls, ls, slopes)
}

// scores sets z = Φ⁻¹(F(u)) and ls = log z′: by the tail on whose side of the middle u is, or where that
// or the density is too small for a float64, by their logarithms.
func (m *Marginal) scores(z, ls, u []float64, r marginalBuffers) {
	density := ls
	m.tails(r, density, u)
	kernel.NormalQuantile(z, r.tail)
	kernel.Mul(z, z, r.side)
	for i, p := range r.tail {
		if !(p > 1e-280 && density[i] > 1e-280) {
			z[i], ls[i], _ = m.score(u[i])
			r.side[i] = 0
		} else {
			r.side[i] = 1
		}
	}
	kernel.Log(r.u, density)
	for i, v := range z {
		if r.side[i] == 1 {
			ls[i] = kernel.FMA(0.5*v, v, r.u[i]) + halfLog2π
		}
	}
}

// tails sets side to 1 below the middle and −1 above it, tail to the probability of what is
// farther out on that side, and density.
func (m *Marginal) tails(r marginalBuffers, density, x []float64) {
	for i, v := range x {
		r.side[i] = 1
		if v > m.middle {
			r.side[i] = -1
		}
	}
	clear(r.tail)
	clear(density)
	for k, w := range m.Weights {
		kernel.AddConst(r.u, x, -m.Locs[k])
		kernel.Scale(r.u, r.u, 1/m.Scales[k])
		if k == 0 && m.DF > 0 {
			m.studentTails(r, density)
			continue
		}
		kernel.Mul(r.e, r.u, r.u)
		kernel.Scale(r.e, r.e, -0.5)
		kernel.Exp(r.e, r.e)
		kernel.Axpy(density, r.e, w/m.Scales[k]*invSqrt2π)
		kernel.Mul(r.u, r.u, r.side)
		kernel.NormalCDF(r.e, r.u)
		kernel.Axpy(r.tail, r.e, w)
	}
}

const invSqrt2π = 0.398942280401432677939946059934381868475858631164934

// studentTails adds the t distribution at u.
func (m *Marginal) studentTails(r marginalBuffers, density []float64) {
	w := m.Weights[0]
	kernel.Mul(r.e, r.u, r.u)
	kernel.Scale(r.e, r.e, 1/m.DF)
	kernel.Log1p(r.e, r.e)
	m.student.Tails(r.p, r.u, r.e)
	kernel.Scale(r.e, r.e, -0.5*(m.DF+1))
	kernel.AddConst(r.e, r.e, m.logNorm)
	kernel.Exp(r.e, r.e)
	kernel.Axpy(density, r.e, w/m.Scales[0])
	for i, u := range r.u {
		p := r.p[i]
		if (u > 0) == (r.side[i] > 0) {
			p = 1 - p
		}
		r.tail[i] = kernel.FMA(w, p, r.tail[i])
	}
}

// at returns z = Φ⁻¹(F(ψ(y))), log z′ and its derivative, by logarithms throughout.
func (m *Marginal) at(y float64) (z, logSlope, dlogslope float64) {
	u, l, dl := m.unbound(y)
	z, logSlope, dlogslope = m.score(u)
	if !m.bounded() || math.IsInf(logSlope, 0) {
		return z, logSlope, dlogslope
	}
	return z, logSlope + l, kernel.FMA(dlogslope, special.Exp(l), dl)
}

// score returns z = Φ⁻¹(F(u)), log z′ and its derivative.
func (m *Marginal) score(u float64) (z, logSlope, dlogslope float64) {
	if math.IsNaN(u) {
		return u, u, u
	}
	if math.IsInf(u, 0) {
		return u, math.Inf(-1), 0
	}
	side := 1.0
	if u > m.middle {
		side = -1
	}
	tail, density := math.Inf(-1), math.Inf(-1)
	for k := range m.Weights {
		t, l, _ := m.component(k, u, side)
		tail, density = logAdd(tail, t), logAdd(density, l)
	}
	tail = min(tail, 0)
	z = side * special.LogNdtrInv(tail, special.Log1mExp(tail))
	if !(math.Abs(z) < 1e7) { // far out among normals only: the widest decides
		k := m.widest()
		return (u - m.Locs[k]) / m.Scales[k], -special.Log(m.Scales[k]), 0
	}
	logSlope = density + kernel.FMA(0.5*z, z, halfLog2π)
	dlogslope = z * special.Exp(logSlope)
	for k := range m.Weights {
		_, l, rate := m.component(k, u, side)
		dlogslope = kernel.FMA(special.Exp(l-density), rate, dlogslope)
	}
	return z, logSlope, dlogslope
}

// component returns the logarithm of the tail of component k at x, that of its density, and
// the derivative of the latter.
func (m *Marginal) component(k int, x, side float64) (tail, density, rate float64) {
	s := m.Scales[k]
	u := (x - m.Locs[k]) / s
	log := special.Log(m.Weights[k])
	if k > 0 || m.DF == 0 {
		return log + special.LogNdtr(side*u), log - special.Log(s) - kernel.FMA(0.5*u, u, halfLog2π), -u / s
	}
	outside, _ := m.student.LogSides(math.Abs(u))
	if tail = outside - math.Ln2; side*u > 0 {
		tail = special.Log1p(-0.5 * special.Exp(outside))
	}
	far := special.Log1p(u / m.DF * u)
	if math.Abs(u) > 1e140 {
		far = 2*special.Log(math.Abs(u)) - special.Log(m.DF)
	}
	density = log - special.Log(s) + m.logNorm - float64(0.5*(m.DF+1)*far)
	if rate = 0; u != 0 {
		rate = -(m.DF + 1) / (m.DF/u + u) / s
	}
	return log + tail, density, rate
}

// widest returns the component with the largest scale.
func (m *Marginal) widest() int {
	k := 0
	for i, s := range m.Scales {
		if s > m.Scales[k] {
			k = i
		}
	}
	return k
}

// logAdd returns log(eᵃ + eᵇ).
func logAdd(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	if math.IsInf(b, -1) {
		return a
	}
	return a + special.Log1p(special.Exp(b-a))
}

// quantile sets y = ψ⁻¹(F⁻¹(Φ(z))) and ls = log y′.
func (m *Marginal) quantile(c *autodiff.Call, y, ls, z []float64, r marginalBuffers) {
	n := len(z)
	g, l, x, want, places := c.Temp(n), c.Temp(n), c.Temp(n), c.Temp(n), c.Temp(n)
	copy(want, z)
	roots := newRoots(c, x, want, math.Inf(-1), math.Inf(1))
	k := m.widest()
	for i, v := range z { // a start
		places[i] = float64(i)
		if v-v == 0 {
			x[i] = kernel.FMA(m.Scales[k], v, m.middle)
		}
	}
	for range maxIterations {
		m.scores(g[:n], l[:n], x[:n], r.first(n))
		roots.step(x[:n], g[:n], l[:n])
		if n = roots.settle(y, x[:n], places); n == 0 {
			break
		}
	}
	for i, v := range x[:n] {
		y[int(places[i])] = v
	}
	if m.bounded() {
		for i, u := range y {
			y[i] = m.bound(u)
		}
	}
	m.normal(c, g, ls, y, r)
	kernel.Scale(ls, ls, -1)
	for i, v := range z {
		if math.IsInf(v, 0) || math.Abs(y[i]) > 1e300 { // beyond the range of float64
			y[i], ls[i] = math.Copysign(math.Inf(1), v), math.Inf(-1)
		}
	}
}
