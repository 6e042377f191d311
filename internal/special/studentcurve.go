package special

import (
	"math"
	"sync/atomic"

	"github.com/normflow/normflow/internal/kernel"
)

// A StudentCurve is the distribution function of one t distribution and its inverse for many
// numbers at once: tails as [StudentTails] has them, the middle by its power series in
// w = t/√(ν+t²), and the inverse by one step of Halley's method from a polynomial in
// q = (√(1−s)−c)/((1−2c)·√(1−s)+c), c about 3/√a. Numbers that these do not reach, and all for ν
// below 0.1 or above 10⁶, are evaluated one by one.
type StudentCurve struct {
	*StudentTails
	a       float64            // ν/2
	middle  [midTerms]float64  // P(0 < T < t)/w as a polynomial in w²
	reach   float64            // the greatest w² at which it is used
	start   [tailTerms]float64 // (1−w)/s as a polynomial in q, with s = (2·P(T > t))^(1/a)
	near    float64            // the constant of q
	inverts bool               // whether start is there
}

const midTerms = 24

// curves keeps some curves that were asked for: fitting one costs as much as a few dozen tails.
var curves [256]atomic.Pointer[StudentCurve]

// NewStudentCurve returns the curve of ν degrees of freedom, which others may have too: it does not change.
func NewStudentCurve(ν, logBeta float64) *StudentCurve {
	at := math.Float64bits(ν) * 0x9e3779b97f4a7c15 >> 32
	for i := range uint64(4) {
		if c := curves[(at+i)%256].Load(); c != nil && c.DF == ν && c.share.LogBeta == logBeta {
			return c
		}
	}
	c := fitStudent(ν, logBeta)
	for i := range uint64(4) {
		if curves[(at+i)%256].CompareAndSwap(nil, c) {
			return c
		}
	}
	curves[at%256].Store(c)
	return c
}

func fitStudent(ν, logBeta float64) *StudentCurve {
	c := &StudentCurve{StudentTails: &StudentTails{Student: NewStudent(ν, logBeta)}, a: 0.5 * ν}
	if !(ν >= 0.1 && ν <= 1e6) {
		return c
	}
	c.StudentTails = NewStudentTails(c.Student)
	c.reach = 0.25 / max(c.a, 1)
	term := c.norm
	for k := range c.middle {
		c.middle[k] = term / float64(2*k+1)
		term *= (float64(k+1) - c.a) / float64(k+1)
	}
	c.near = 3 / math.Sqrt(c.a+36)
	if c.good {
		c.fitStart()
	}
	return c
}

// fitStart finds the polynomial of the inverse by Newton's method for log P as a function of log(1−w²).
func (c *StudentCurve) fitStart() {
	var s, σ, w, r, q, x [tailTerms]float64
	for j := range s {
		q := Cos(math.Pi * (float64(j) + 0.5) / tailTerms)
		ρ := c.near * (1 + q) / (1 - float64(q*(1-2*c.near)))
		s[j] = (1 - ρ) * (1 + ρ)
		σ[j] = min(1, s[j])
	}
	for range 10 {
		for j, v := range σ {
			w[j], x[j] = 1-v, v/s[j]*(2-v)
		}
		c.ratioAt(r[:], w[:], q[:])
		kernel.Scale(q[:], r[:], 2)
		kernel.Log(q[:], q[:])
		kernel.Log(x[:], x[:])
		for j, v := range σ {
			slope := c.norm / ((2 - v) * c.a * r[j])
			x[j] = min(2, max(-2, -(x[j]+q[j]/c.a)/slope))
		}
		kernel.Exp(x[:], x[:])
		for j, v := range σ {
			σ[j] = min(1, v*x[j])
		}
	}
	for j := range σ {
		σ[j] /= s[j]
	}
	c.start = powersOf(chebyshev(&σ))
	c.inverts = true
}

// ratioAt sets dst to P(T > t)/(1−w²)^a, with room for q.
func (c *StudentCurve) ratioAt(dst, w, q []float64) {
	kernel.AddConst(dst, w, -c.c)
	kernel.Scale(q, w, 1-2*c.c)
	kernel.AddConst(q, q, c.c)
	kernel.Div(q, dst, q)
	kernel.Polynomial(dst, q, c.poly[:])
	kernel.Scale(q, w, c.rise)
	kernel.AddConst(q, q, 2)
	kernel.Div(dst, dst, q)
}

const studentChunk = 128

// CDF sets y to P(T ≤ t), relative to which its error is some units in the last place, and as many of the exponent
// of (1 + t²/ν)^(−ν/2). y may be t.
func (c *StudentCurve) CDF(y, t []float64) {
	var room [5][studentChunk]float64
	for len(t) > 0 {
		n := min(len(t), studentChunk)
		c.cdf(y[:n], t[:n], &room)
		y, t = y[n:], t[n:]
	}
}

func (c *StudentCurve) cdf(y, t []float64, room *[5][studentChunk]float64) {
	n := len(t)
	w, q, tail, mid, e := room[0][:n], room[1][:n], room[2][:n], room[3][:n], room[4][:n]
	kernel.Mul(q, t, t)
	kernel.Scale(e, q, 1/c.DF)
	kernel.Log1p(e, e)
	kernel.AddConst(q, q, c.DF)
	kernel.Sqrt(q, q)
	kernel.Abs(w, t)
	kernel.Div(w, w, q)
	c.ratioAt(tail, w, q)
	kernel.Scale(e, e, -c.a)
	kernel.Exp(e, e)
	kernel.Mul(tail, tail, e)
	kernel.Mul(q, w, w)
	kernel.Polynomial(mid, q, c.middle[:])
	kernel.Mul(mid, mid, w)
	for i, v := range t {
		size := math.Abs(v)
		p := tail[i]
		if !c.good || !(size < 1e150) {
			p = c.Tail(size)
		} else if q[i] <= c.reach {
			y[i] = 0.5 + math.Copysign(mid[i], v)
			continue
		}
		y[i] = p
		if v >= 0 {
			y[i] = 1 - p
		}
	}
}

// Quantile sets t to the quantiles of y, as exact as CDF; t is not y.
func (c *StudentCurve) Quantile(t, y []float64) {
	var room [8][studentChunk]float64
	for len(y) > 0 {
		n := min(len(y), studentChunk)
		c.quantile(t[:n], y[:n], &room)
		t, y = t[n:], y[n:]
	}
}

// one returns the size of a quantile by [Student.Inv].
func (c *StudentCurve) one(y float64) float64 {
	return c.Inv(2*min(y, 1-y), 2*math.Abs(y-0.5))
}

func (c *StudentCurve) quantile(t, y []float64, room *[8][studentChunk]float64) {
	n := len(y)
	if !c.inverts {
		for i, v := range y {
			t[i] = math.Copysign(c.one(v), v-0.5)
		}
		return
	}
	p, lp, q, g, l, w, e, mid := room[0][:n], room[1][:n], room[2][:n], room[3][:n], room[4][:n], room[5][:n], room[6][:n], room[7][:n]
	for i, v := range y {
		p[i] = 2 * min(v, 1-v)
	}
	kernel.Log(lp, p)
	kernel.Scale(e, lp, 1/c.a)
	kernel.Expm1(q, e)
	kernel.Exp(e, e)
	kernel.Abs(q, q)
	kernel.Sqrt(q, q)
	kernel.AddConst(g, q, -c.near)
	kernel.Scale(q, q, 1-2*c.near)
	kernel.AddConst(q, q, c.near)
	kernel.Div(q, g, q)
	kernel.Polynomial(g, q, c.start[:])
	c.first(t, l, w, g, e, y)
	c.ratioAt(g, w, q)
	kernel.Log1p(q, l)
	for i, v := range lp {
		e[i] = kernel.FMA(c.a, q[i], v)
	}
	kernel.Exp(e, e) // 2·ratio in the end
	kernel.Mul(q, w, w)
	kernel.Polynomial(mid, q, c.middle[:])
	for i, v := range y {
		far := math.Sqrt((1 + l[i]) * c.DF)
		miss := (g[i] - float64(0.5*e[i])) * far / c.norm
		if q[i] <= c.reach {
			miss = kernel.FMA(-w[i], mid[i], math.Abs(v-0.5)) * e[i] * far / (c.norm * p[i])
		}
		step := miss / (1 - 0.5*(c.DF+1)*t[i]*miss/(far*far))
		t[i] += step
		if !(math.Abs(step) <= 1e-5*t[i] && math.Abs(miss)*c.norm <= 1e-5*far*g[i] && lp[i] > -660) {
			t[i] = c.one(v)
		}
		t[i] = math.Copysign(t[i], v-0.5)
	}
}

// first sets t to the first approximation, l to t²/ν and w to that of t, from s and (1−w)/s.
func (c *StudentCurve) first(t, l, w, g, s, y []float64) {
	for i, v := range y {
		u := math.Abs(v-0.5) / c.norm
		σ := float64(s[i] * g[i])
		w[i] = 1 - σ
		if d := u * u; d*max(c.a, 1) < 1e-3 {
			w[i] = kernel.FMA((c.a-1)/3*d, u, u)
			σ = 1 - w[i]
		}
		t[i] = w[i] * math.Sqrt(c.DF/(σ*(1+w[i])))
		l[i] = t[i] * t[i]
	}
	kernel.AddConst(w, l, c.DF)
	kernel.Sqrt(w, w)
	kernel.Div(w, t, w)
	kernel.Scale(l, l, 1/c.DF)
}
