package bijector

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
)

// SOSPolynomial is the univariate of sum-of-squares polynomial flows, the integral of a mean of squares:
//
//	g(x) = c + ∫₀ˣ (s + Σₖ (1 + Σⱼ aₖⱼ·(u/B)ʲ)²/K) du,  k = 1 … K, j = 0 … L
//
// with s = Slope and B = Bound. Its raw parameters are a, K times L+1, and c. It maps ℝ onto ℝ, a polynomial of degree 2·L+1, and with
// Straight goes on beyond ±B in straight lines, which points far from all others need; without that, where its powers would leave
// the float64 numbers. Zeros are (1 + s)·x; there all squares are alike, and training keeps them so, which is why constructors take those of Start. Coefficients are held within ±1e30.
//
// Forward costs O(K·L), and O(K·L²) for the coefficients, without quadrature. Inverse looks between bounds until rounding hides the
// rest; its gradients are those of the implicit function. An [Inverted] one has fast densities.
//
// Priyank Jaini, Kira A. Selby, Yaoliang Yu, Sum-of-Squares Polynomial Flow, 2019, arXiv:1905.02325.
type SOSPolynomial struct {
	Polynomials int     // K; 0 is 3
	Degree      int     // L, at most 20; 0 is 4
	Bound       float64 // 0 is 10
	Slope       float64 // the least slope; 0 is 1/1000
	Straight    bool
}

func (m SOSPolynomial) args() autodiff.Args {
	a := autodiff.Args{A: m.Bound, B: m.Slope, I: m.Polynomials, J: m.Degree}
	if a.I == 0 {
		a.I = 3
	}
	if a.J == 0 {
		a.J = 4
	}
	if a.A == 0 {
		a.A = 10
	}
	if a.B == 0 {
		a.B = 1e-3
	}
	if a.J <<= 2; m.Straight {
		a.J |= 2
	}
	return a
}

// Restore checks the fields.
func (m SOSPolynomial) Restore() error {
	if m.Polynomials < 0 || m.Degree < 0 || m.Degree > 20 {
		return fmt.Errorf("bijector: SOSPolynomial: got %d polynomials of degree %d, want positive numbers, or 0 for 3 and 4, and a degree of at most 20", m.Polynomials, m.Degree)
	}
	if !(m.Bound >= 0 && m.Bound <= 1e10) || m.Bound > 0 && m.Bound < 1e-10 {
		return fmt.Errorf("bijector: SOSPolynomial: got Bound %v, want 1e-10 to 1e10, or 0 for 10", m.Bound)
	}
	return checkSlope("SOSPolynomial", m.Slope)
}

// Params returns Polynomials·(Degree + 1) + 1.
func (m SOSPolynomial) Params() int { return sosOf(m.args()).sizes().raw }

// Start returns raw parameters near the identity from which training tells the squares apart.
func (m SOSPolynomial) Start() []float64 {
	g := sosOf(m.args())
	raw := make([]float64, m.Params())
	for k := range g.k {
		raw[k*(g.degree+1)+1+k%g.degree] = 0.2 / float64(1+k/g.degree)
	}
	return raw
}

// Forward returns g(x) and log g′(x).
func (m SOSPolynomial) Forward(x, raw autodiff.Var) (y, logSlope autodiff.Var) {
	return m.evaluate(x, raw, forward)
}

// Inverse returns g⁻¹(y) and the logarithm of its slope.
func (m SOSPolynomial) Inverse(y, raw autodiff.Var) (x, logSlope autodiff.Var) {
	return m.evaluate(y, raw, inverse)
}

func (m SOSPolynomial) evaluate(x, raw autodiff.Var, dir direction) (v, l autodiff.Var) {
	must(m.Restore())
	wantRaw("SOSPolynomial", m.Params(), x, raw)
	return applyCurve(sosOp, m.args(), x, raw, dir)
}

var sosOp = newCurve("SOSPolynomial", sosOf)

func sosOf(a autodiff.Args) sosCurve {
	g := sosCurve{k: a.I, degree: a.J >> 2, bound: a.A, slope: a.B, end: 1}
	if a.J&2 == 0 {
		g.end = math.Exp2(math.Floor(660 / float64(2*g.degree+1)))
	}
	return g
}
