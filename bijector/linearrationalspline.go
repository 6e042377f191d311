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

func (m LinearRationalSpline) evaluate(x, raw autodiff.Var, dir direction) (v, l autodiff.Var) {
	must(m.Restore())
	wantRaw("LinearRationalSpline", m.Params(), x, raw)
	return applyCurve(linearRationalSplineOp, autodiff.Args{I: orDefault(m.Bins, defaultBins), A: orDefault(m.Bound, defaultBound)}, x, raw, dir)
}
