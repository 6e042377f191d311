package bijector

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
)

// Bernstein is the univariate of Bernstein polynomial flows. On [−B, B], B being Bound, it is a polynomial of degree N = Degree + 5 in the
// Bernstein basis,
//
//	g(x) = Σᵢ θᵢ·C(N, i)·zⁱ·(1−z)^(N−i),  z = (x + B)/2B,  i = 0 … N
//
// with θ from −B to B, ascending by 2B/N twice at both ends, which makes the slope 1 and the curvature 0 there, and by shares of the rest that
// a softmax makes of Degree + 1 raw parameters. Outside it is the identity. Zeros are the identity.
//
// Forward costs O(N), without cancellation in the slope. Inverse looks between the ends until rounding hides the rest, in some six
// evaluations; its gradients are those of the implicit function. An [Inverted] one has fast densities.
//
// Beate Sick, Torsten Hothorn, Oliver Dürr, Deep transformation models, 2020, arXiv:2004.00464; Marcel Arpogaus et al., Short-Term Density
// Forecasting of Low-Voltage Load using Bernstein-Polynomial Normalizing Flows, 2022, arXiv:2204.13939.
type Bernstein struct {
	Degree int     // at most 200; 0 is 16
	Bound  float64 // 0 is 5
	// Gap moves what is outside, or within Gap of an end, that much outwards, as the Python library zuko does by Bound/500000: no
	// number has the values between, of which an end is the inverse. 0 is none.
	Gap float64
}

func (m Bernstein) args() autodiff.Args {
	a := autodiff.Args{A: m.Bound, B: m.Gap, I: m.Degree}
	if a.I == 0 {
		a.I = 16
	}
	if a.A == 0 {
		a.A = 5
	}
	return a
}

// Restore checks the fields.
func (m Bernstein) Restore() error {
	if m.Degree < 0 || m.Degree > 200 {
		return fmt.Errorf("bijector: Bernstein: got degree %d, want 1 to 200, or 0 for 16", m.Degree)
	}
	if !(m.Bound >= 0 && m.Bound <= 1e100) || m.Bound > 0 && m.Bound < 1e-100 {
		return fmt.Errorf("bijector: Bernstein: got Bound %v, want 1e-100 to 1e100, or 0 for 5", m.Bound)
	}
	if a := m.args(); !(a.B >= 0 && a.B < a.A/2) {
		return fmt.Errorf("bijector: Bernstein: got Gap %v, want at least 0 and less than half of the bound %v", a.B, a.A)
	}
	return nil
}

// Params returns Degree + 1.
func (m Bernstein) Params() int { return m.args().I + 1 }

// Forward returns g(x) and log g′(x).
func (m Bernstein) Forward(x, raw autodiff.Var) (y, logSlope autodiff.Var) {
	return m.evaluate(x, raw, forward)
}

// Inverse returns g⁻¹(y) and the logarithm of its slope.
func (m Bernstein) Inverse(y, raw autodiff.Var) (x, logSlope autodiff.Var) {
	return m.evaluate(y, raw, inverse)
}

func (m Bernstein) evaluate(x, raw autodiff.Var, dir direction) (v, l autodiff.Var) {
	must(m.Restore())
	wantRaw("Bernstein", m.Params(), x, raw)
	return applyCurve(bernsteinOp, m.args(), x, raw, dir)
}

var bernsteinOp = newCurve("Bernstein", bernsteinOf)

func bernsteinOf(a autodiff.Args) bernsteinCurve {
	return bernsteinCurve{raw: a.I + 1, n: a.I + 5, bound: a.A, gap: a.B}
}
