package special

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
)

// StudentTails evaluates many tails of one t distribution without a continued fraction
// for each: with x = ν/(ν+t²) the ratio P(T > t)/x^(ν/2) is a smooth function of
// w = t/√(ν+t²) on all of [0, 1], and well approximated by a polynomial in
// q = (w−c)/((1−2c)·w+c), c about 4/√ν, over a linear function of w.
type StudentTails struct {
	Student
	norm    float64 // 1/B(ν/2, ½)
	c, rise float64
	poly    [tailTerms]float64
	good    bool
}

const tailTerms = 32

// NewStudentTails fits the polynomial, at the cost of some 40 tails. Where it is not good
// to 10⁻¹⁴, which no ν between 0.1 and 10⁶ was seen to be, tails are evaluated one by one.
func NewStudentTails(s Student) *StudentTails {
	f := &StudentTails{Student: s, norm: GammaRatio(0.5*s.DF, 0.5) / sqrtπ, c: 4 / math.Sqrt(s.DF+64), rise: 3 * math.Sqrt(s.DF)}
	var at [tailTerms]float64
	for j := range at {
		at[j] = f.ratio(Cos(math.Pi * (float64(j) + 0.5) / tailTerms))
	}
	f.poly = powersOf(chebyshev(&at))
	f.good = true
	for _, q := range [...]float64{-1, -0.98, -0.9, -0.7, -0.4, -0.1, 0.15, 0.45, 0.7, 0.9, 0.98} {
		p := 0.0
		for i := tailTerms - 1; i >= 0; i-- {
			p = float64(p*q) + f.poly[i]
		}
		want := f.ratio(q)
		f.good = f.good && math.Abs(p-want) <= 1e-14*want
	}
	return f
}

// ratio returns what the polynomial is to be at q.
func (f *StudentTails) ratio(q float64) float64 {
	w := f.c * (1 + q) / (1 - float64(q*(1-2*f.c)))
	x := (1 - w) * (1 + w)
	var r float64
	if a := 0.5 * f.DF; x*(a+2.5) < a+1 {
		r = 0.5 * w * f.norm / betaFraction(a, 0.5, x, w*w)
	} else {
		r = f.Tail(math.Sqrt(f.DF)*w/math.Sqrt(x)) / Exp(a*Log1p(-w*w))
	}
	return r * kernel.FMA(f.rise, w, 2)
}

// chebyshev returns the coefficients c of Σ c[k]·Tₖ with the values at at the nodes cos(π·(j+½)/n).
func chebyshev(at *[tailTerms]float64) (c [tailTerms]float64) {
	var cos [4 * tailTerms]float64
	for i := range cos {
		cos[i] = Cos(math.Pi * float64(i) / (2 * tailTerms))
	}
	for k := range c {
		for j, v := range at {
			c[k] += float64(2. / tailTerms * v * cos[(2*j+1)*k%len(cos)])
		}
	}
	c[0] /= 2
	return c
}

// powersOf returns the coefficients of the powers of q in Σ c[k]·Tₖ(q).
func powersOf(c [tailTerms]float64) (p [tailTerms]float64) {
	var before [tailTerms]float64
	now := [tailTerms]float64{1}
	for k, v := range c {
		for i := range p {
			p[i] += float64(v * now[i])
		}
		next := [tailTerms]float64{}
		for i := range tailTerms - 1 {
			next[i+1] = 2 * now[i]
		}
		if k == 0 {
			next[1] = 1
		}
		for i := range next {
			next[i] -= before[i]
		}
		before, now = now, next
	}
	return p
}

// Tails sets dst to P(T > |t|), given l = log(1 + t²/ν). What rounding takes from ½·ν·l is a relative
// error here. dst is not t.
func (f *StudentTails) Tails(dst, t, l []float64) {
	if !f.good {
		for i, v := range t {
			dst[i] = f.Tail(math.Abs(v))
		}
		return
	}
	var room [3][128]float64
	for len(t) > 0 {
		n := min(len(t), len(room[0]))
		ratio := room[2][:n]
		f.ratios(ratio, t[:n], room[0][:n], room[1][:n])
		kernel.Scale(dst[:n], l[:n], -0.5*f.DF)
		kernel.Exp(dst[:n], dst[:n])
		kernel.Mul(dst[:n], dst[:n], ratio)
		dst, t, l = dst[n:], t[n:], l[n:]
	}
}

// ratios sets dst to P(T > |t|)·(1 + t²/ν)^(ν/2), with room for w and q.
func (f *StudentTails) ratios(dst, t, w, q []float64) {
	kernel.Mul(q, t, t)
	kernel.AddConst(q, q, f.DF)
	kernel.Sqrt(q, q)
	kernel.Abs(w, t)
	kernel.Div(w, w, q)
	kernel.Scale(q, w, 1-2*f.c)
	kernel.AddConst(q, q, f.c)
	kernel.AddConst(dst, w, -f.c)
	kernel.Div(q, dst, q)
	kernel.Scale(dst, q, f.poly[tailTerms-1])
	for i := tailTerms - 2; i > 0; i-- {
		kernel.AddConst(dst, dst, f.poly[i])
		kernel.Mul(dst, dst, q)
	}
	kernel.AddConst(dst, dst, f.poly[0])
	kernel.Scale(w, w, f.rise)
	kernel.AddConst(w, w, 2)
	kernel.Div(dst, dst, w)
}
