package bijector_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/nn/masked"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
)

func init() {
	goldenKinds["MaskedAutoregressiveFlow"] = tfpMAF
}

// tfpMAF is y = x·exp(a) + m with m = Wm·y + bm and a = ca·tanh(Wa·y + ba): a
// network of one layer gives m and what tanh is taken of.
func tfpMAF(p goldenParams, shape []int) bijector.Bijector {
	wm, bm, wa, ba, ca := p.flat("Wm"), p.flat("bm"), p.flat("Wa"), p.flat("ba"), p.number("ca", 0)
	d := shape[0]
	net := masked.NewMADE(masked.Spec{Dim: d, Outputs: 2, Act: nn.Linear}, nil)
	for j := range d {
		for i := range d {
			net.Layers[0].W.Matrix().Set(i, 2*j, wm[j*d+i])
			net.Layers[0].W.Matrix().Set(i, 2*j+1, wa[j*d+i])
		}
	}
	for j := range d {
		net.Layers[0].B.Data()[2*j], net.Layers[0].B.Data()[2*j+1] = bm[j], ba[j]
	}
	return bijector.NewAutoregressive(net, tanhAffine{ca})
}

// tanhAffine is y = x·exp(ca·tanh(s)) + t.
type tanhAffine struct{ ca float64 }

func (m tanhAffine) Params() int { return 2 }

func (m tanhAffine) Forward(x, raw autodiff.Var) (y, logSlope autodiff.Var) {
	return bijector.Affine{Scale: bijector.Exponential}.Forward(x, m.raw(raw))
}

func (m tanhAffine) Inverse(y, raw autodiff.Var) (x, logSlope autodiff.Var) {
	return bijector.Affine{Scale: bijector.Exponential}.Inverse(y, m.raw(raw))
}

func (m tanhAffine) raw(raw autodiff.Var) autodiff.Var {
	all := make([]autodiff.Var, raw.Cols())
	for j := range all {
		all[j] = raw.Slice(j, j+1)
		if j%2 == 1 {
			all[j] = all[j].Tanh().MulConst(m.ca)
		}
	}
	return autodiff.Concat(all...)
}

// density checks a map given in the direction from data x to base values.
func (g *neural) density(b bijector.Bijector, out string) {
	g.t.Helper()
	tape := autodiff.NewTape()
	if _, ok := g.Data["context"]; ok {
		b = bijector.Given(b, tape.Matrix(g.rows("context")))
	}
	x := tape.Matrix(g.rows("x"))
	z := b.Inverse(x)
	g.compare(out, z)
	g.compare("logdet", b.ILDJ(x))
	g.compare("x", b.Forward(z))
	g.compare("logdet", fldj(b, z).Neg())
	if _, ok := g.Data["inverse_in"]; ok {
		y := tape.Matrix(g.rows("inverse_in"))
		g.compare("inverse_out", b.Forward(y))
		g.compare("inverse_logdet", fldj(b, y))
	}
	if _, ok := g.Data["log_prob"]; ok {
		g.compare("log_prob", z.StdNormalLogDensity().Add(b.ILDJ(x)))
	}
}

// nflows and zuko apply the univariate from data to base.
var softplusToBase = bijector.Inverted{Map: bijector.Affine{Scale: bijector.SoftplusScale}}

func TestNeuralMAF(t *testing.T) {
	g := readNeural(t, "maf_layer")
	p := nflowsMADE("autoregressive_net.", []string{"blocks.0.linear.", "blocks.1.linear."}, 3, 2, nn.Tanh, []int{1, 0})
	g.density(bijector.NewAutoregressive(g.build(p), softplusToBase), "y")
}

func TestNeuralMAFContext(t *testing.T) {
	g := readNeural(t, "maf_layer_context")
	const net = "autoregressive_net."
	p := nflowsMADE(net, []string{"blocks.0.linear_layers.0.", "blocks.0.linear_layers.1."}, 3, 2, nn.ReLU, []int{1, 0})
	p.residual, p.extraDim = true, 8+2
	// The peer adds relu(A·c + a) to its first layer, and B·c + b within the block:
	// our context is both, relu(A·c + a) and c.
	p.extra = func(m *masked.MADE, perm [][]int) {
		b, bias := g.weight(net+"blocks.0.context_layer.weight"), g.weight(net+"blocks.0.context_layer.bias")
		for j, u := range perm[1] {
			m.Context[0].Matrix().Set(u, j, 1)
			for k := range 2 {
				m.Context[1].Matrix().Set(8+k, j, b[u*2+k])
			}
			m.Layers[1].B.Data()[j] += bias[u]
		}
	}
	a, bias := g.weight(net+"context_layer.weight"), g.weight(net+"context_layer.bias")
	c := g.rows("context")
	n, _ := c.Dims()
	both := mat.NewDense(n, 10, nil)
	for i := range n {
		for u := range 8 {
			both.Set(i, u, math.Max(0, a[u*2]*c.At(i, 0)+a[u*2+1]*c.At(i, 1)+bias[u]))
		}
		both.Set(i, 8, c.At(i, 0))
		both.Set(i, 9, c.At(i, 1))
	}
	g.Data["context"] = numbers{both.RawMatrix().Data, []int{n, 10}}
	g.density(bijector.NewAutoregressive(g.build(p), softplusToBase), "y")
}

func TestNeuralMAF3(t *testing.T) {
	g := readNeural(t, "maf3_logprob")
	var chain bijector.Chain
	for i := range 3 {
		prefix := fmt.Sprintf("_transform._transforms.%d.autoregressive_net.", 2*i+1)
		p := nflowsMADE(prefix, []string{"blocks.0.linear."}, 3, 2, nn.ReLU, []int{1, 0})
		chain = append(bijector.Chain{bijector.NewAutoregressive(g.build(p), softplusToBase), bijector.NewReverse(3)}, chain...)
	}
	g.density(chain, "z")
}

func TestNeuralIAF(t *testing.T) {
	g := readNeural(t, "iaf_layer")
	order := make([]int, 3)
	for k, j := range g.weight("arn.permutation") {
		order[int(j)] = k
	}
	p := peerMADE{layers: []string{"arn.layers.0.", "arn.layers.1."}, order: order, act: nn.ReLU, outputs: 2,
		row: func(j, k int) int { return k*3 + j }}
	clip := bijector.Inverted{Map: bijector.Affine{Scale: bijector.Clip}}
	g.compareForward(bijector.NewInvert(bijector.NewAutoregressive(g.build(p), clip)))
}

func TestNeuralSplineAutoregressive(t *testing.T) {
	g := readNeural(t, "rqs_autoregressive")
	number := make([]int, 11)
	for k := range number {
		number[k] = k
	}
	p := nflowsMADE("autoregressive_net.", []string{"blocks.0.linear."}, 3, 11, nn.Tanh, number)
	// The peer's numbers for slopes have 1 at log(e^0.999 − 1), ours at 0. It was
	// meant to divide those for sizes by √hidden, and does not.
	p.extra = func(m *masked.MADE, _ [][]int) {
		for u := range 33 {
			if u%11 >= 8 {
				m.Layers[2].B.Data()[u] -= math.Log(math.Expm1(0.999))
			}
		}
	}
	g.density(bijector.NewAutoregressive(g.build(p), bijector.Inverted{Map: bijector.Spline{Bins: 4, Bound: 3}}), "y")
}

func TestNeuralZukoMAF(t *testing.T) {
	for _, c := range []struct {
		name                     string
		cond, transforms, hidden int
	}{{"zuko_maf", 2, 3, 2}, {"zuko_maf_randperm", 0, 2, 1}} {
		t.Run(c.name, func(t *testing.T) {
			g := readNeural(t, c.name)
			var chain bijector.Chain
			for i := range c.transforms {
				prefix := fmt.Sprintf("transform.transforms.%d.", i)
				p := peerMADE{cond: c.cond, act: nn.ReLU, outputs: 2, row: func(j, k int) int { return 2*j + k }}
				for l := range c.hidden + 1 {
					p.layers = append(p.layers, fmt.Sprintf("%shyper.%d.", prefix, 2*l))
				}
				for _, k := range g.weight(prefix + "order") {
					p.order = append(p.order, int(k))
				}
				chain = append(bijector.Chain{bijector.NewAutoregressive(g.build(p), bijector.Inverted{Map: bijector.Affine{}})}, chain...)
			}
			g.density(chain, "z")
		})
	}
}
