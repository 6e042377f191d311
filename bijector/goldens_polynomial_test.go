package bijector_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
)

// pyroSquares is pyro's sum of squares of two polynomials Σᵣ a·uʳ of degree 2.
type pyroSquares struct{ bijector.SOSPolynomial }

func (m pyroSquares) Params() int { return 6 }

func (m pyroSquares) raw(raw autodiff.Var) autodiff.Var {
	var all []autodiff.Var
	for j := range raw.Cols() {
		a := raw.Slice(j, j+1).MulConst(math.Sqrt2)
		if j%3 == 0 {
			a = a.AddConst(-1)
		}
		if all = append(all, a); j%6 == 5 {
			all = append(all, a.MulConst(0))
		}
	}
	return autodiff.Concat(all...)
}

func (m pyroSquares) Forward(x, raw autodiff.Var) (y, logSlope autodiff.Var) {
	return m.SOSPolynomial.Forward(x, m.raw(raw))
}

func (m pyroSquares) Inverse(y, raw autodiff.Var) (x, logSlope autodiff.Var) {
	return m.SOSPolynomial.Inverse(y, m.raw(raw))
}

func TestNeuralSquares(t *testing.T) {
	g := readNeural(t, "polynomial_sos")
	g.useJacobian()
	m := pyroSquares{bijector.SOSPolynomial{Polynomials: 2, Degree: 2, Bound: 1, Slope: 1e-30}}
	b := g.pyroAutoregressive(6, func(k int) int { return k }, m)
	g.compareForward(bijector.Chain{b, bijector.NewShift(g.value("c"))})
}

// zukoLayer returns the first masked autoregressive map of a model of zuko.
func (g *neural) zukoLayer(m bijector.Univariate) bijector.Bijector {
	const prefix = "transform.transforms.0."
	k := m.Params()
	p := peerMADE{cond: 2, act: nn.ReLU, outputs: k, row: func(j, i int) int { return k*j + i },
		layers: []string{prefix + "hyper.0.", prefix + "hyper.2."}}
	for _, i := range g.weight(prefix + "order") {
		p.order = append(p.order, int(i))
	}
	return bijector.NewAutoregressive(g.build(p), bijector.Inverted{Map: m})
}

func TestNeuralZukoPolynomials(t *testing.T) {
	g := readNeural(t, "zuko_sospf")
	g.density(g.zukoLayer(bijector.SOSPolynomial{Polynomials: 2, Degree: 3}), "z")
	g = readNeural(t, "zuko_bpf")
	g.density(g.zukoLayer(bijector.Bernstein{Degree: 6, Gap: 1e-5}), "z")
}
