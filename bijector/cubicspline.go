package bijector

import "github.com/normflow/normflow/autodiff"

// CubicSpline is the monotone piecewise cubic map of Steffen: on [−Bound, Bound] it has Bins pieces and a continuous
// slope, and outside it is the identity. In the piece of width w and height h, with δ = h/w, t = (x − Xᵢ)/w, u = 1 − t and
// slopes d₀, d₁ at its ends,
//
//	g(x) = Yᵢ + w·(d₀·t·u² + (3·δ − d₁)·t²·u + δ·t³)
//	g′(x) = d₀·u² + 2·(3·δ − d₀ − d₁)·t·u + d₁·t²
//
// Its raw parameters are Bins widths and Bins heights, from which a softmax makes shares of the interval, none less than 1/1000,
// and r for the slopes of the two ends, 3·δ·σ(r − log 2). The slope between pieces i and j = i+1 is
//
//	2·min(δᵢ, δⱼ, (wⱼ·δᵢ + wᵢ·δⱼ)/(2·(wᵢ + wⱼ)))
//
// The slope at ±Bound, and with it a density, jumps. Zeros are the identity. It is defined for any finite
// parameters and arguments. Forward costs O(Bins); so does Inverse, with some safeguarded Newton steps.
//
// M. Steffen, A simple method for monotonic interpolation in one dimension, 1990; Conor Durkan, Artur Bekasov, Iain Murray,
// George Papamakarios, Cubic-Spline Flows, 2019, arXiv:1906.02145.
type CubicSpline struct {
	Bins  int     // 0 is 8
	Bound float64 // 0 is 5
}

// Restore checks the fields.
func (m CubicSpline) Restore() error { return checkBins("CubicSpline", m.Bins, 1, m.Bound) }

// Params returns 2·Bins + 2.
func (m CubicSpline) Params() int { return 2*orDefault(m.Bins, defaultBins) + 2 }

// Forward returns the spline's value and the logarithm of its slope.
func (m CubicSpline) Forward(x, raw autodiff.Var) (y, logSlope autodiff.Var) {
	return m.evaluate(x, raw, forward)
}

// Inverse returns the inverse's value and the logarithm of its slope.
func (m CubicSpline) Inverse(y, raw autodiff.Var) (x, logSlope autodiff.Var) {
	return m.evaluate(y, raw, inverse)
}

func (m CubicSpline) evaluate(x, raw autodiff.Var, dir direction) (v, l autodiff.Var) {
	must(m.Restore())
	wantRaw("CubicSpline", m.Params(), x, raw)
	return applyCurve(cubicSplineOp, autodiff.Args{I: orDefault(m.Bins, defaultBins), A: orDefault(m.Bound, defaultBound)}, x, raw, dir)
}
