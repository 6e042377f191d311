package bijector

import "github.com/normflow/normflow/internal/kernel"

// bend sets ∂log g′/∂x = Σₖ πₖ·sₖ·ψ(uₖ) − ψ(y)·g′, with ψ = (log F′)′ and π the shares of the density.
func (m mixtureCurve) bend(d []float64, at curvePoint) {
	ψ := at.work.at(0)
	m.falls(ψ, at.y)
	for i, slope := range at.slope {
		d[i] = -ψ[i] * slope
	}
	for j := range m.k {
		m.arguments(ψ, at.x, at.p, j)
		m.falls(ψ, ψ)
		s, share := at.p.at(m.k + j)[:len(ψ)], at.kept.at(1 + j)[:len(ψ)]
		for i, f := range ψ {
			d[i] = kernel.FMA(float64(share[i]*s[i]), f, d[i])
		}
	}
}

// falls sets ψ(u), the derivatives of log F′.
func (m mixtureCurve) falls(ψ, u []float64) {
	if !m.logistic {
		kernel.Scale(ψ, u, -1)
		return
	}
	kernel.Scale(ψ, u, 0.5)
	kernel.TanhOf(ψ, ψ)
	kernel.Scale(ψ, ψ, -1)
}

// pull uses, with F′ at y as q,
//
//	∂y/∂bₖ = πₖ·g′/sₖ,   ∂log f/∂bₖ = πₖ·ψ(uₖ)
//	∂y/∂log sₖ = πₖ·g′·x,  ∂log f/∂log sₖ = πₖ·(1 + ψ(uₖ)·sₖ·x)
//	∂y/∂log wₖ = ±(tₖ − wₖ)·T/q,  T/q = T/f·g′,  ∂log f/∂log wₖ = πₖ − wₖ
//
// and log g′ = log f − log q(y).
func (m mixtureCurve) pull(dp columns, u, v []float64, at curvePoint) {
	up, ψ, side := at.work.at(0), at.work.at(1), at.work.at(2)
	m.falls(up, at.y)
	for i, f := range up {
		up[i] = kernel.FMA(-v[i], f, u[i]) * at.slope[i]
	}
	if !m.equal {
		m.sides(side, at.x, at.p)
		kernel.Mul(side, side, up)
		kernel.Mul(side, side, at.kept.at(0))
	}
	for j := range m.k {
		m.arguments(ψ, at.x, at.p, j)
		m.falls(ψ, ψ)
		s, share := at.p.at(m.k + j)[:len(ψ)], at.kept.at(1 + j)[:len(ψ)]
		db, ds := dp.at(j)[:len(ψ)], dp.at(m.k + j)[:len(ψ)]
		for i, f := range ψ {
			x, w := at.x[i], share[i]
			db[i] += w * kernel.FMA(v[i], f, up[i]/s[i])
			ds[i] += w * kernel.FMA(v[i], kernel.FMA(f, float64(s[i]*x), 1), float64(up[i]*x))
		}
		if m.equal {
			continue
		}
		dw, w, t := dp.at(2*m.k + j)[:len(ψ)], at.p.at(3*m.k + j)[:len(ψ)], at.kept.at(1 + m.k + j)[:len(ψ)]
		for i, w := range w {
			dw[i] += kernel.FMA(side[i], t[i]-w, float64(v[i]*(share[i]-w)))
		}
	}
}
