package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

var linearRationalSplineOp = newSpline[linearRationalPieces]("LinearRationalSpline", func(a autodiff.Args) bins {
	k := a.I
	b := bins{k: k, raw: 4*k - 1, bound: a.A, ends: 2 * k, meeting: 3*k + 1, prepared: 4*k + 1}
	b.width, b.height = b.shares(0, minBin), b.shares(k, minBin)
	return b
})

// softplusOne is where log(1 + exp(r)) is 1 − minSlope.
const softplusOne = 0.5397424172369521

// leastMeeting is the least λ and 1 − λ.
const leastMeeting = 0.025

// linearRationalPieces are the pieces of a LinearRationalSpline. Prepared are shares of the widths and heights, and raw parameters of slopes,
// zeros at ±Bound where the slope is 1, and of λ.
type linearRationalPieces struct{}

func (linearRationalPieces) prepare(b bins, p, raw, work columns) {
	k := b.k
	softmaxColumns(p, raw, k, work.at(0))
	softmaxColumns(p.from(k), raw.from(k), k, work.at(0))
	clear(p.at(b.ends))
	clear(p.at(b.ends + k))
	for j := range k - 1 {
		copy(p.at(b.ends+1+j), raw.at(2*k+j))
	}
	for j := range k {
		copy(p.at(b.meeting+j), raw.at(3*k-1+j))
	}
}

func (linearRationalPieces) unprepare(b bins, draw, dp, p, _, work columns) {
	k := b.k
	for j := range k - 1 {
		kernel.Accumulate(draw.at(2*k+j), dp.at(b.ends+1+j))
	}
	for j := range k {
		kernel.Accumulate(draw.at(3*k-1+j), dp.at(b.meeting+j))
	}
	softmaxPull(draw, dp, p, k, b.width.scale, work.at(0))
	softmaxPull(draw.from(k), dp.from(k), p.from(k), k, b.height.scale, work.at(0))
}

func (linearRationalPieces) ends(b bins, s spots, p columns) {
	b.gather(s.d0, s, p, b.ends)
	b.gather(s.d1, s, p, b.ends+1)
	for _, d := range [2][]float64{s.d0, s.d1} {
		kernel.Clamp(d, d, -largestRaw, largestRaw)
		kernel.AddConst(d, d, softplusOne)
		kernel.Softplus(d, d)
		kernel.AddConst(d, d, minSlope)
	}
	b.gather(s.λ, s, p, b.meeting)
	kernel.Sigmoid(s.λ, s.λ)
	kernel.Scale(s.λ, s.λ, 1-2*leastMeeting)
	kernel.AddConst(s.λ, s.λ, leastMeeting)
}

// unends uses the derivatives 1 − exp(−s) of s = softplus, and σ(1 − σ).
func (linearRationalPieces) unends(b bins, dp columns, g, s spots, _ columns) {
	for n, d := range [2][]float64{s.d0, s.d1} {
		to := [2][]float64{g.d0, g.d1}[n]
		kernel.Scale(g.t, d, -1)
		kernel.AddConst(g.t, g.t, minSlope)
		kernel.Expm1(g.t, g.t)
		for i, e := range g.t {
			if to[i] *= -e; d[i] >= largestRaw {
				to[i] = 0
			}
		}
		b.scatter(dp, s, to, b.ends+n)
	}
	for i, λ := range s.λ {
		g.λ[i] *= (λ - leastMeeting) * (1 - leastMeeting - λ) / (1 - 2*leastMeeting)
	}
	b.scatter(dp, s, g.λ, b.meeting)
}

// A linearRational is one part of a piece, seen from its end of the spline: that below the meeting point, or that above turned around. In its
// coordinate p, from 0 to a, it rises by h·q·c·p/under with under = e·(a − p) + c·p.
type linearRational struct {
	upper         bool
	m, n, b, c, d float64 // √(d₀·d₁), δ·c, √(d₀/d₁), c, 1 − λ + λ·b
	a, q, e       float64
}

// part returns the constants of the part on one side.
func (linearRationalPieces) part(s spot, upper bool) linearRational {
	r := linearRational{upper: upper, m: math.Sqrt(s.d0 * s.d1), a: s.λ, e: 1}
	r.b = r.m / s.d1
	r.n = float64(s.λ*s.d0) + float64((1-s.λ)*r.m)
	r.c = r.n * s.w / s.h
	r.d = math.FMA(s.λ, r.b, 1-s.λ)
	if r.q = s.λ * r.b / r.d; upper {
		r.a, r.q, r.e = 1-s.λ, (1-s.λ)/r.d, r.b
	}
	return r
}

// under returns the coordinate and the denominator at t.
func (r *linearRational) under(t float64) (p, under float64) {
	if p = t; r.upper {
		p = 1 - t
	}
	return p, float64(r.e*(r.a-p)) + float64(r.c*p)
}

func (l linearRationalPieces) at(s spot) (rise, slope, turn float64) {
	r := l.part(s, s.t > s.λ)
	p, under := r.under(s.t)
	rise = r.q * r.c * p / under
	turn = 2 * (r.e - r.c) / under
	if r.upper {
		rise, turn = 1-rise, -turn
	}
	return float64(rise * s.h), r.n * r.q / under * (r.e / under) * r.a, turn
}

func (l linearRationalPieces) solve(s spot, z float64) float64 {
	r := l.part(s, false)
	if z > r.q {
		r = l.part(s, true)
		z = 1 - z
	}
	p := r.a * r.e * z / (float64(r.e*z) + float64(r.c*(r.q-z)))
	if r.upper {
		return 1 - p
	}
	return p
}

// pull goes from the constants of the part to what they are made of.
func (l linearRationalPieces) pull(s spot, u, v float64) spot {
	r := l.part(s, s.t > s.λ)
	p, under := r.under(s.t)
	up := u
	if r.upper {
		up = -u
	}
	inv := 1 / under
	x, w := p*inv, (r.a-p)*inv
	hx, two := float64(up*s.h*x), 2*v
	y := float64(hx * r.q * r.c)
	dq := float64(hx*r.c) + v/r.q
	dc := float64(float64(hx*r.q)*float64(r.e*w)) - float64(two*x)
	da := v/r.a - float64(float64(y+two)*float64(r.e*inv))
	rd := 1 / (r.d * r.d)
	db := float64(float64(dq*s.λ) * float64((1-s.λ)*rd))
	dλ := da + float64(dq*r.b*rd)
	g := spot{h: float64(up * r.q * r.c * x)}
	if r.upper {
		g.h += u
		db = v/r.e - float64(float64(y+two)*w) - db
		dλ = -dλ
	}
	dn := v/r.n + float64(dc*s.w)/s.h
	dc *= r.c
	g.w = dc / s.w
	g.h -= dc / s.h
	db = float64(0.5 * db * r.b)
	dm := float64(0.5 * dn * (1 - s.λ) * r.m)
	g.λ = dλ + float64(dn*(s.d0-r.m))
	g.d0 = float64(dn*s.λ) + (dm+db)/s.d0
	g.d1 = (dm - db) / s.d1
	return g
}
