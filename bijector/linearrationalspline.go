package bijector

import "github.com/normflow/normflow/autodiff"

// LinearRationalSpline is the monotone linear rational spline: on [−Bound, Bound] it has Bins pieces, each of two quotients of
// linear functions that meet at a share λ of its width, with a continuous slope, and outside it is the identity. In the piece of width w and height h,
// with δ = h/w and slopes d₀, d₁ at its ends,
//
//	b = √(d₀/d₁),  c = (λ·d₀ + (1 − λ)·b·d₁)/δ,  q = λ·b/(1 − λ + λ·b),  t = (x − Xᵢ)/w
//	g(x) = Yᵢ + h·q·c·t/(λ − t + c·t)                                    for t ≤ λ
//	g(x) = Yᵢ₊₁ − h·(1 − q)·c·(1 − t)/(b·(t − λ) + c·(1 − t))            for t > λ
//
// Its raw parameters are Bins widths and Bins heights, from which a softmax makes shares of the interval, none less than
// 1/1000, the slopes of the inner knots, 1/1000 + log(1 + exp(r + const)), and Bins for λ = 0.025 + 0.95·σ(r). Zeros are the identity. It
// is defined for any finite parameters and arguments. Both directions cost O(Bins); neither takes a root of a
// number that depends on its argument.
//
// Hadi M. Dolatabadi, Sarah Erfani, Christopher Leckie, Invertible Generative Modeling using Linear Rational Splines,
// 2020, arXiv:2001.05168.
type LinearRationalSpline struct {
	Bins  int     // 0 is 8
	Bound float64 // 0 is 5
}

// Restore checks the fields.
func (m LinearRationalSpline) Restore() error {
	return checkBins("LinearRationalSpline", m.Bins, 1, m.Bound)
}

// Params returns 4·Bins − 1.
func (m LinearRationalSpline) Params() int { return 4*orDefault(m.Bins, defaultBins) - 1 }

// Forward returns the spline's value and the logarithm of its slope.
func (m LinearRationalSpline) Forward(x, raw autodiff.Var) (y, logSlope autodiff.Var) {
	return m.evaluate(x, raw, forward)
}

// Inverse returns the inverse's value and the logarithm of its slope.
func (m LinearRationalSpline) Inverse(y, raw autodiff.Var) (x, logSlope autodiff.Var) {
	return m.evaluate(y, raw, inverse)
}

// softplusOne is where log(1 + exp(r)) is 1 − minSlope.
const softplusOne = 0.5397424172369521

// leastMeeting is the least λ and 1 − λ.
const leastMeeting = 0.025

func (m LinearRationalSpline) evaluate(x, raw autodiff.Var, dir direction) (v, l autodiff.Var) {
	must(m.Restore())
	k := orDefault(m.Bins, defaultBins)
	wantRaw("LinearRationalSpline", m.Params(), x, raw)
	s := newBinned(x, raw, m.Params(), orDefault(m.Bound, defaultBound))
	widths, heights := s.shares(0, k, minBin), s.shares(k, 2*k, minBin)
	meeting := s.raw.Slice(3*k-1, 4*k-1).Sigmoid().MulConst(1 - 2*leastMeeting).AddConst(leastMeeting)
	slopes := m.slopes(s.raw, k)
	b := s.find(widths, heights, dir)
	d0, d1, lambda := pick(b.index, slopes, 0), pick(b.index, slopes, 1), pick(b.index, meeting, 0)

	wb := d0.Div(d1).Sqrt()
	rest := lambda.Neg().AddConst(1)
	delta := b.height.Div(b.width)
	wc := lambda.Mul(d0).Add(rest.Mul(wb).Mul(d1)).Div(delta)
	below := rest.Add(lambda.Mul(wb))
	share := lambda.Mul(wb).Div(below) // of the height, below the meeting point
	meet := lambda
	if dir.back() {
		meet = share
	}
	// Seen from the upper end, the upper part is like the lower.
	upper := b.at.Greater(meet)
	turned := func(v autodiff.Var) autodiff.Var { return autodiff.Where(upper, v.Neg().AddConst(1), v) }
	p, a, q := turned(b.at), turned(lambda), autodiff.Where(upper, rest.Div(below), share)
	end := autodiff.Where(upper, wb, x.Tape().Scalar(1))
	if dir.back() {
		p = a.Mul(end).Mul(p).Div(end.Mul(p).Add(wc.Mul(q.Sub(p))))
	}
	under := end.Mul(a.Sub(p)).Add(wc.Mul(p))
	logSlope := delta.Mul(q).Mul(wc.Div(under)).Mul(end.Div(under)).Mul(a).Log()
	if dir.back() {
		return s.identityOutside(turned(p).Mul(b.width).Add(b.left), logSlope.Neg())
	}
	return s.identityOutside(turned(q.Mul(wc).Mul(p).Div(under)).Mul(b.height).Add(b.bottom), logSlope)
}

// slopes returns the slopes at the ends of the pieces, 1 at those of the spline.
func (m LinearRationalSpline) slopes(raw autodiff.Var, k int) autodiff.Var {
	one := raw.Tape().Scalar(1).Expand(raw.Rows(), 1)
	if k == 1 {
		return autodiff.Concat(one, one)
	}
	inner := raw.Slice(2*k, 3*k-1).Clamp(-largestRaw, largestRaw).AddConst(softplusOne).Softplus().AddConst(minSlope)
	return autodiff.Concat(one, inner, one)
}
