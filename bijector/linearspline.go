package bijector

import "github.com/normflow/normflow/autodiff"

// LinearSpline is the monotone piecewise linear map: on [−Bound, Bound] it has Bins pieces of equal width, and
// outside it is the identity. With p the softmax of the raw parameters, none less than 2⁻⁵⁰,
//
//	g(x) = Yᵢ + 2·Bound·pᵢ·t,  t = (x − Xᵢ)·Bins/(2·Bound) in the piece from (Xᵢ, Yᵢ)
//
// Its slope, and with it a density, jumps from piece to piece. Zeros are the identity.
// It is defined for any finite parameters and arguments. Both directions cost O(Bins).
//
// Thomas Müller, Brian McWilliams, Fabrice Rousselle, Markus Gross, Jan Novák, Neural Importance Sampling, 2018,
// arXiv:1808.03856.
type LinearSpline struct {
	Bins  int     // 0 is 8
	Bound float64 // 0 is 5
}

// Restore checks the fields.
func (m LinearSpline) Restore() error { return checkBins("LinearSpline", m.Bins, 1, m.Bound) }

// Params returns Bins.
func (m LinearSpline) Params() int { return orDefault(m.Bins, defaultBins) }

// Forward returns the spline's value and the logarithm of its slope.
func (m LinearSpline) Forward(x, raw autodiff.Var) (y, logSlope autodiff.Var) {
	return m.evaluate(x, raw, forward)
}

// Inverse returns the inverse's value and the logarithm of its slope.
func (m LinearSpline) Inverse(y, raw autodiff.Var) (x, logSlope autodiff.Var) {
	return m.evaluate(y, raw, inverse)
}

func (m LinearSpline) evaluate(x, raw autodiff.Var, dir direction) (v, l autodiff.Var) {
	must(m.Restore())
	k := m.Params()
	wantRaw("LinearSpline", k, x, raw)
	s := newBinned(x, raw, k, orDefault(m.Bound, defaultBound))
	widths := x.Tape().Scalar(2*s.bound/float64(k)).Expand(1, k)
	b := s.find(widths, s.shares(0, k, 0x1p-50), dir)
	logSlope := b.height.Div(b.width).Log()
	if dir.back() {
		return s.identityOutside(b.at.Mul(b.width).Add(b.left), logSlope.Neg())
	}
	return s.identityOutside(b.at.Mul(b.height).Add(b.bottom), logSlope)
}
