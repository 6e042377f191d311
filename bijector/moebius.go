package bijector

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// Moebius is a univariate of the circle [−B, B), B being Bound, whose ends are one point: a mixture of Möbius transformations of the unit
// circle that keep this point in its place. In angles θ = π·x/B it is
//
//	g(θ) = Σₖ wₖ·2·atan(αₖ·tan(θ/2) + βₖ),  g′(θ) = Σₖ wₖ·αₖ/(cos²(θ/2) + (αₖ·sin(θ/2) + βₖ·cos(θ/2))²),  k = 1 … K
//
// Each component is an affine map of the line onto which the circle is projected, a non-compact projection, and the distribution function of a wrapped
// Cauchy distribution. Of its 3·K raw parameters K make log α, within ±log 1000, K make β, within ±30, both softly clipped,
// and a softmax makes the weights of K. Zeros are the identity; there all components are alike, and training keeps them so, which is why constructors take those of Start. The
// slope is continuous on the circle, around which the line is wound as by [CircularTails].
//
// Forward costs O(K). Inverse looks between the ends until rounding hides the rest, in some six evaluations; its gradients are those of
// the implicit function. An [Inverted] one has fast densities.
//
// Danilo Jimenez Rezende et al., Normalizing Flows on Tori and Spheres, 2020, arXiv:2002.02428.
type Moebius struct {
	Components int     // 0 is 8
	Bound      float64 // 0 is π
}

func (m Moebius) args() autodiff.Args {
	a := autodiff.Args{I: m.Components, A: orDefault(m.Bound, math.Pi)}
	if a.I == 0 {
		a.I = 8
	}
	return a
}

// Restore checks the fields.
func (m Moebius) Restore() error {
	if m.Components < 0 {
		return fmt.Errorf("bijector: Moebius: got %d components, want a positive number, or 0 for 8", m.Components)
	}
	return checkCircle("Moebius", m.Bound)
}

// Params returns 3·Components.
func (m Moebius) Params() int { return 3 * m.args().I }

// Start returns raw parameters near the identity from which training tells the components apart: they press towards as many points around the circle.
func (m Moebius) Start() []float64 {
	const radius = 0.3 // of the points in the disc that the transformations take to its centre
	k := m.args().I
	raw := make([]float64, m.Params())
	for j := range k {
		angle := 2 * math.Pi * (float64(j) + 0.5) / float64(k)
		p, q := radius*special.Cos(angle), radius*special.Sin(angle)
		rest := 1 - radius*radius
		a, b := special.Log((float64((1+p)*(1+p))+float64(q*q))/rest), -2*q/rest
		raw[j], raw[k+j] = a/(1-math.Abs(a)/softClip), b/(1-math.Abs(b)/moebiusShift)
	}
	return raw
}

// Forward returns g(x) and log g′(x).
func (m Moebius) Forward(x, raw autodiff.Var) (y, logSlope autodiff.Var) {
	return m.evaluate(x, raw, forward)
}

// Inverse returns g⁻¹(y) and the logarithm of its slope.
func (m Moebius) Inverse(y, raw autodiff.Var) (x, logSlope autodiff.Var) {
	return m.evaluate(y, raw, inverse)
}

func (m Moebius) evaluate(x, raw autodiff.Var, dir direction) (v, l autodiff.Var) {
	must(m.Restore())
	wantRaw("Moebius", m.Params(), x, raw)
	return applyCurve(moebiusOp, m.args(), x, raw, dir)
}

var moebiusOp = newCurve("Moebius", func(a autodiff.Args) moebiusCurve { return moebiusCurve{k: a.I, bound: a.A} })
