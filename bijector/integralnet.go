package bijector

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/internal/special"
)

// IntegralNet is the map of unconstrained monotonic networks, the integral of a positive function. With a shift c it is
//
//	g(x) = c + ∫₀ˣ exp(h(u, r)/(1 + |h(u, r)|/7)) du
//
// of which h is any network, r and c are raw parameters. The integral is the Gauss–Legendre rule of Points points, and the slope
// the function itself, which differ by the rule's error: with Straight, which takes the map on in straight lines beyond ±Straight, no integral is
// longer than that. Values lie between slopes of 1/1000 and 1000, so that it maps ℝ onto ℝ. It has no inverse in closed form: see [Numeric]. One evaluation is
// Points + 1 passes of the network.
//
// Antoine Wehenkel, Gilles Louppe, Unconstrained Monotonic Neural Networks, 2019, arXiv:1908.05164.
type IntegralNet struct {
	Layers []nn.Layer // from 1 number and r to 1 number
	Points int        // at most 1000; 0 is 32
	// Straight is where straight lines begin, on both sides of 0; 0 is nowhere.
	Straight float64

	at      []float64 // points of the rule on [0, 1]
	weights autodiff.Value
	repeat  []int          // the network's inputs for each point, and for 1
	shares  autodiff.Value // by which they are multiplied
}

// NewIntegralNet returns the map of the layers. It panics unless they fit, from at least one number to one.
func NewIntegralNet(layers ...nn.Layer) *IntegralNet {
	m := &IntegralNet{Layers: layers}
	must(m.Restore())
	return m
}

// Restore checks the fields.
func (m *IntegralNet) Restore() error {
	if m.Points < 0 || m.Points > 1000 {
		return fmt.Errorf("bijector: IntegralNet: got %d points, want 1 to 1000, or 0 for 32", m.Points)
	}
	if !(m.Straight >= 0 && m.Straight <= 1e100) || m.Straight > 0 && m.Straight < 1e-100 {
		return fmt.Errorf("bijector: IntegralNet: got Straight %v, want 1e-100 to 1e100, or 0 for nowhere", m.Straight)
	}
	n := m.Points
	if n == 0 {
		n = 32
	}
	if err := checkNet("IntegralNet", m.Layers); err != nil {
		return err
	}
	at, weights := gaussLegendre(n)
	m.at, m.weights, m.repeat = at, autodiff.Fixed(weights...), nil
	var shares []float64
	for _, share := range append(at, 1) {
		for i := range m.Params() {
			if i > 0 {
				share = 1
			}
			m.repeat, shares = append(m.repeat, i), append(shares, share)
		}
	}
	m.shares = autodiff.Fixed(shares...)
	return nil
}

// gaussLegendre returns points and weights of the rule on [0, 1].
func gaussLegendre(n int) (at, weights []float64) {
	for i := range n {
		z := special.Cos(math.Pi * (float64(i) + 0.75) / (float64(n) + 0.5))
		var slope float64
		for range 100 {
			p, before := 1.0, 0.0
			for k := range n { // Legendre's polynomials
				p, before = (float64((2*float64(k)+1)*z*p)-float64(float64(k)*before))/float64(k+1), p
			}
			slope = float64(n) * (float64(z*p) - before) / (float64(z*z) - 1)
			step := p / slope
			z -= step
			if math.Abs(step) < 1e-16 {
				break
			}
		}
		at = append(at, 0.5*(1-z))
		weights = append(weights, 1/((1-float64(z*z))*slope*slope))
	}
	return at, weights
}

// Params returns the number of inputs of the network.
func (m *IntegralNet) Params() int { return m.Layers[0].In() }

// Forward returns g(x) and the logarithm of the function under the integral.
func (m *IntegralNet) Forward(x, raw autodiff.Var) (y, logSlope autodiff.Var) {
	k := m.Params()
	wantRaw("IntegralNet", k, x, raw)
	n, d := x.Dims()
	all := raw.Expand(n, d*k).Reshape(n*d, k)
	x = x.Reshape(n*d, 1)
	u := x
	if m.Straight > 0 {
		u = x.Clamp(-m.Straight, m.Straight)
	}
	log := m.log(u, all)
	logSlope = log.Slice(len(m.at), len(m.at)+1)
	t := x.Tape()
	y = log.Slice(0, len(m.at)).Exp().Mul(m.weights.On(t)).RowSum().Mul(u).Add(all.Slice(k-1, k))
	if m.Straight > 0 {
		y = y.Add(x.Sub(u).Mul(logSlope.Exp()))
	}
	return y.Reshape(n, d), logSlope.Reshape(n, d)
}

// log returns the logarithms of the function under the integral, a column for each point of the rule between 0 and u, and one for u; c stands behind r.
func (m *IntegralNet) log(u, rc autodiff.Var) autodiff.Var {
	k := rc.Cols()
	h := u
	if k > 1 {
		h = autodiff.Concat(u, rc.Slice(0, k-1))
	}
	points := len(m.at) + 1
	h = h.Gather(m.repeat).Mul(m.shares.On(u.Tape())).Reshape(u.Rows()*points, k)
	for _, l := range m.Layers {
		h = l.Apply(h)
	}
	return h.Div(h.Abs().MulConst(1.0/7).AddConst(1)).Reshape(u.Rows(), points)
}
