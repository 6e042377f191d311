package bijector

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
)

// QuadraticSpline is the monotone piecewise quadratic map: on [−Bound, Bound] its slope is continuous and has Bins
// linear pieces. In the piece of width w between slopes s₀ and s₁
//
//	g(x) = Yᵢ + w·t·(s₀ + (s₁ − s₀)·t/2),  g′(x) = s₀ + (s₁ − s₀)·t,  t = (x − Xᵢ)/w
//
// Its raw parameters are Bins widths, from which a softmax makes shares of the interval, none less than 1/1000, and
// heights h. The slopes are
//
//	1/1000 + (1 − 1/1000)·a/∫a,  a = log(1 + exp(h)) + 1/1000
//
// at the knots, with a between them by straight lines. Outside it is what its Tails say. Zeros are the identity.
// It is defined for any finite parameters and arguments. Both directions cost O(Bins).
//
// Thomas Müller, Brian McWilliams, Fabrice Rousselle, Markus Gross, Jan Novák, Neural Importance Sampling, 2018,
// arXiv:1808.03856.
type QuadraticSpline struct {
	Bins  int     // 0 is 8; at least 2
	Bound float64 // 0 is 5
	// Tails are IdentityTails, with slope 1 at ±Bound and Bins − 1 heights, or FreeTails, with
	// Bins + 1 heights.
	Tails Tails
	// Half solves for the slope at ±Bound as if the first and the last piece were half as wide, as the
	// Python library nflows does with identity tails: it is less or more than 1 then, and zeros are not the identity.
	Half bool
}

// Restore checks the fields.
func (m QuadraticSpline) Restore() error {
	if m.Tails != IdentityTails && m.Tails != FreeTails {
		return fmt.Errorf("bijector: QuadraticSpline: got tails %q, want %q or %q", string(m.Tails), string(IdentityTails), string(FreeTails))
	}
	if m.Half && m.Tails != IdentityTails {
		return fmt.Errorf("bijector: QuadraticSpline: got Half with tails %q, want %q", string(m.Tails), string(IdentityTails))
	}
	return checkBins("QuadraticSpline", m.Bins, 2, m.Bound)
}

// Params returns 2·Bins − 1, with free tails 2·Bins + 1.
func (m QuadraticSpline) Params() int {
	k := orDefault(m.Bins, defaultBins)
	if m.Tails == FreeTails {
		return 2*k + 1
	}
	return 2*k - 1
}

// Forward returns the spline's value and the logarithm of its slope.
func (m QuadraticSpline) Forward(x, raw autodiff.Var) (y, logSlope autodiff.Var) {
	return m.evaluate(x, raw, forward)
}

// Inverse returns the inverse's value and the logarithm of its slope.
func (m QuadraticSpline) Inverse(y, raw autodiff.Var) (x, logSlope autodiff.Var) {
	return m.evaluate(y, raw, inverse)
}

func (m QuadraticSpline) evaluate(x, raw autodiff.Var, dir direction) (v, l autodiff.Var) {
	must(m.Restore())
	wantRaw("QuadraticSpline", m.Params(), x, raw)
	args := autodiff.Args{I: orDefault(m.Bins, defaultBins), A: orDefault(m.Bound, defaultBound)}
	op := quadraticSplineOp
	switch {
	case m.Tails == FreeTails:
		op = freeQuadraticSplineOp
	case m.Half:
		op = halfQuadraticSplineOp
	}
	return applyCurve(op, args, x, raw, dir)
}
