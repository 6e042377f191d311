package bijector

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
)

// MonotoneNet is the map of neural autoregressive flows as the Python library zuko has them: a network of (x, r) whose weights
// count by their absolute values, so that it increases with x, r being raw parameters. After each layer but the last, units of the first half go through ELU(a), the others
// through −ELU(−a), which makes it a map of ℝ onto ℝ. It has no inverse in closed form: see [Numeric]. One evaluation is two passes of the
// network.
//
// Chin-Wei Huang, David Krueger, Alexandre Lacoste, Aaron Courville, Neural Autoregressive Flows, 2018,
// arXiv:1804.00779; Antoine Wehenkel, Gilles Louppe, Unconstrained Monotonic Neural Networks, 2019, arXiv:1908.05164.
type MonotoneNet struct {
	Layers []nn.Layer // linear ones: from 1 number and the raw parameters to 1 number

	signs []autodiff.Value
}

// NewMonotoneNet returns the map of the layers. It panics unless they are linear and fit, from at least one number to one.
func NewMonotoneNet(layers ...nn.Layer) *MonotoneNet {
	m := &MonotoneNet{Layers: layers}
	must(m.Restore())
	return m
}

// Restore checks the fields.
func (m *MonotoneNet) Restore() error {
	if err := checkNet("MonotoneNet", m.Layers); err != nil {
		return err
	}
	m.signs = nil
	for _, l := range m.Layers {
		if l.Act != nn.Linear {
			return fmt.Errorf("bijector: MonotoneNet: got a layer with activation %q, want a linear one", l.Act)
		}
		signs := make([]float64, l.Out())
		for i := range signs {
			if signs[i] = 1; i >= (l.Out()+1)/2 {
				signs[i] = -1
			}
		}
		m.signs = append(m.signs, autodiff.Fixed(signs...))
	}
	return nil
}

// checkNet returns an error unless the layers make a network from at least one number to one.
func checkNet(what string, layers []nn.Layer) error {
	if len(layers) == 0 {
		return fmt.Errorf("bijector: %s: got no layers, want at least one", what)
	}
	width := 0
	for i, l := range layers {
		if err := l.Check(); err != nil {
			return fmt.Errorf("bijector: %s: layer %d: %w", what, i, err)
		}
		if width != 0 && l.In() != width {
			return fmt.Errorf("bijector: %s: layer %d: got %d inputs, want %d", what, i, l.In(), width)
		}
		width = l.Out()
	}
	if layers[0].In() < 1 || width != 1 {
		return fmt.Errorf("bijector: %s: got a network from %d numbers to %d, want at least one to one", what, layers[0].In(), width)
	}
	return nil
}

// Params returns the number of inputs of the network besides x.
func (m *MonotoneNet) Params() int { return m.Layers[0].In() - 1 }

// Forward returns the network's value and the logarithm of its derivative by x.
func (m *MonotoneNet) Forward(x, raw autodiff.Var) (y, logSlope autodiff.Var) {
	wantRaw("MonotoneNet", m.Params(), x, raw)
	n, d := x.Dims()
	t := x.Tape()
	y = withParameters(x, raw, m.Params())
	for i, l := range m.Layers {
		w := t.Use(l.W).Abs()
		y = y.MatMul(w).Add(t.Use(l.B))
		if i == 0 {
			logSlope = w.T().Slice(0, 1).T().Expand(y.Rows(), l.Out())
		} else {
			logSlope = logSlope.MatMul(w)
		}
		if i == len(m.Layers)-1 {
			break
		}
		sign := m.signs[i].On(t)
		a := y.Mul(sign)
		y = a.ELU().Mul(sign)
		logSlope = logSlope.Mul(a.Clamp(-math.MaxFloat64, 0).Exp())
	}
	return y.Reshape(n, d), logSlope.Log().Reshape(n, d)
}

// withParameters returns the numbers of x as rows, each with its k raw parameters behind it.
func withParameters(x, raw autodiff.Var, k int) autodiff.Var {
	n, d := x.Dims()
	if k == 0 {
		return x.Reshape(n*d, 1)
	}
	return autodiff.Concat(x.Reshape(n*d, 1), raw.Expand(n, d*k).Reshape(n*d, k))
}
