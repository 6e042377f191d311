package bijector_test

import (
	"fmt"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
)

// useJacobian takes the log-determinant of the peer's Jacobian for its own, to which the peer adds something.
func (g *neural) useJacobian() { g.Data["logdet"] = g.Data["logdet_jac"] }

// pyroAutoregressive returns a network of pyro with one hidden layer, whose output row(k) is number k of a column.
func (g *neural) pyroAutoregressive(outputs int, row func(k int) int, m bijector.Univariate) bijector.Bijector {
	order := make([]int, 3)
	for k, j := range g.weight("arn.permutation") {
		order[int(j)] = k
	}
	p := peerMADE{layers: []string{"arn.layers.0.", "arn.layers.1."}, order: order, act: nn.ReLU, outputs: outputs,
		row: func(j, k int) int { return row(k)*3 + j }}
	return bijector.NewInvert(bijector.NewAutoregressive(g.build(p), bijector.Inverted{Map: m}))
}

// softplusMixture is a MixtureCDF of five logistic components whose scales are log(1 + eʳ).
type softplusMixture struct{ bijector.MixtureCDF }

func (m softplusMixture) raw(raw autodiff.Var) autodiff.Var {
	all := make([]autodiff.Var, raw.Cols())
	for j := range all {
		all[j] = raw.Slice(j, j+1)
		if j%15/5 == 1 {
			all[j] = all[j].Softplus().Log()
		}
	}
	return autodiff.Concat(all...)
}

func (m softplusMixture) Forward(x, raw autodiff.Var) (y, logSlope autodiff.Var) {
	return m.MixtureCDF.Forward(x, m.raw(raw))
}

func (m softplusMixture) Inverse(y, raw autodiff.Var) (x, logSlope autodiff.Var) {
	return m.MixtureCDF.Inverse(y, m.raw(raw))
}

// Huang's deep sigmoidal flow of one layer is a mixture of logistic distributions.
func TestNeuralDeepSigmoidal(t *testing.T) {
	g := readNeural(t, "naf_dsf")
	g.useJacobian()
	m := softplusMixture{bijector.MixtureCDF{Components: 5, Logistic: true, Scale: bijector.Exponential}}
	g.compareForward(g.pyroAutoregressive(15, func(k int) int { return []int{10, 0, 5}[k/5] + k%5 }, m))
}

// mlp returns the network of zuko with a hidden layer.
func (g *neural) mlp(prefix string) *nn.MLP {
	out, in := g.tensor(prefix + "2.weight").Shape[0], g.tensor(prefix + "0.weight").Shape[1]
	net := nn.NewMLP(in, []int{g.tensor(prefix + "0.weight").Shape[0]}, out, nn.ReLU, nil)
	for l := range net.Layers {
		name := fmt.Sprintf("%s%d.", prefix, 2*l)
		w := g.weight(name + "weight")
		m := net.Layers[l].W.Matrix()
		r, c := m.Dims()
		for i := range r {
			for j := range c {
				m.Set(i, j, w[j*r+i])
			}
		}
		net.Layers[l].B.Set(g.weight(name + "bias"))
	}
	return net
}

func TestNeuralZukoGaussianization(t *testing.T) {
	g := readNeural(t, "zuko_gf")
	m := bijector.Inverted{Map: bijector.MixtureCDF{Components: 4, Equal: true, Scale: bijector.Exponential, Shrink: 1e-6}}
	coupling := func(prefix string) bijector.Bijector {
		return bijector.NewCoupling(3, nil, m, 2, func(int, int) nn.Network { return g.mlp(prefix + "hyper.") })
	}
	skew := autodiff.NewParam(3, 3, nil)
	a := g.weight("transform.transforms.1.A")
	for i := range 3 {
		for j := range i {
			skew.Data()[i*3+j] = a[i*3+j] - a[j*3+i]
		}
	}
	g.density(bijector.Chain{coupling("transform.transforms.2."), bijector.NewInvert(bijector.NewRotation(skew)), coupling("transform.transforms.0.")}, "z")
}
