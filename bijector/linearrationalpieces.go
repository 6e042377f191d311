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

// linearRational returns the constants of a piece: m = √(d₀·d₁), n = δ·c, b = √(d₀/d₁), c, and d = 1 − λ + λ·b.
func linearRational(w, h, d0, d1, λ float64) (m, n, b, c, d float64) {
	m = math.Sqrt(d0 * d1)
	b = m / d1
	n = float64(λ*d0) + float64((1-λ)*m)
	return m, n, b, n * w / h, kernel.FMA(λ, b, 1-λ)
}

// In the coordinate p of a part of a piece, seen from its end, from 0 to a where the parts meet, it rises by h·q·c·p/(e·(a − p) + c·p), with
// slope n·q·e·a over the square of this denominator. Of the lower part p is t, and (a, q, e) is this; of the upper one p is 1 − t, and it is (1 − λ, (1 − λ)/d, b).
func lowerPart(λ, b, d float64) (a, q, e float64) { return λ, λ * b / d, 1 }
func upperPart(λ, b, d float64) (a, q, e float64) { return 1 - λ, (1 - λ) / d, b }

func (linearRationalPieces) forward(s spots, rise, slope []float64) {
	for i, t := range s.t {
		w, h, λ := s.w[i], s.h[i], s.λ[i]
		_, n, b, c, d := linearRational(w, h, s.d0[i], s.d1[i], λ)
		a, q, e := lowerPart(λ, b, d)
		p, from, up := t, 0.0, 1.0
		if t > λ {
			a, q, e = upperPart(λ, b, d)
			p, from, up = 1-t, 1, -1
		}
		under := 1 / (float64(e*(a-p)) + float64(c*p))
		rise[i] = float64(h * (from + float64(up*(q*c*p*under))))
		slope[i] = n * q * under * (e * under) * a
		s.bend[i] = 2 * up * (e - c) * under / w
	}
}

func (linearRationalPieces) inverse(s spots, slope []float64) {
	for i, z := range s.t {
		w, λ := s.w[i], s.λ[i]
		_, n, b, c, d := linearRational(w, s.h[i], s.d0[i], s.d1[i], λ)
		a, q, e := lowerPart(λ, b, d)
		from, up := 0.0, 1.0
		if z > q {
			a, q, e = upperPart(λ, b, d)
			z, from, up = 1-z, 1, -1
		}
		p := a * e * z / (float64(e*z) + float64(c*(q-z)))
		under := 1 / (float64(e*(a-p)) + float64(c*p))
		s.t[i] = from + float64(up*p)
		slope[i] = n * q * under * (e * under) * a
		s.bend[i] = 2 * up * (e - c) * under / w
	}
}

// pull goes from the constants of the part to what they are made of.
func (linearRationalPieces) pull(g, s spots, u, v []float64) {
	for i, t := range s.t {
		w, h, d0, d1, λ := s.w[i], s.h[i], s.d0[i], s.d1[i], s.λ[i]
		m, n, b, c, d := linearRational(w, h, d0, d1, λ)
		a, q, e := lowerPart(λ, b, d)
		p, up := t, u[i]
		if t > λ {
			a, q, e = upperPart(λ, b, d)
			p, up = 1-t, -up
		}
		under := 1 / (float64(e*(a-p)) + float64(c*p))
		x, y := p*under, (a-p)*under
		hx, two := float64(up*h*x), 2*v[i]
		hq := float64(hx * q)
		all := float64(hq*c) + two
		dq := float64(hx*c) + v[i]/q
		dc := float64(hq*float64(e*y)) - float64(two*x)
		da := v[i]/a - float64(all*float64(e*under))
		rd := 1 / float64(d*d)
		db := float64(float64(dq*λ) * float64((1-λ)*rd))
		dλ := da + float64(dq*b*rd)
		dh := float64(up * q * c * x)
		if t > λ {
			dh += u[i]
			db = v[i]/e - float64(all*y) - db
			dλ = -dλ
		}
		dn := v[i]/n + float64(dc*w)/h
		dc *= c
		g.w[i], g.h[i] = dc/w, dh-dc/h
		db = float64(0.5 * db * b)
		dm := float64(0.5 * dn * (1 - λ) * m)
		g.λ[i] = dλ + float64(dn*(d0-m))
		g.d0[i] = float64(dn*λ) + (dm+db)/d0
		g.d1[i] = (dm - db) / d1
	}
}
