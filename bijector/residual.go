package bijector

import (
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
)

// Residual adds to a row a network of it that is a contraction, so that no two rows meet:
//
//	y = x + g(x),  ‖g(x) − g(x′)‖ ≤ Boundᴸ·‖x − x′‖,  log|det| = log det(I + ∂g/∂x)
//
// g has L layers, between them LipSwish, z·σ(β·z)/1.1 with β = log(1 + eᵇ), whose slope stays below 1. Weights count divided by
// max(1, ν/Bound), where ν ≥ ‖W‖ is the Schatten norm of order 2048, which is above the spectral norm by at most the 2048th root of the rank, 0.3 % for
// 100. Domain and range are Rᵈ.
//
// Forward costs one pass of the network. The log-determinant is exact, from the Jacobian: d passes, and O(d³) a row. Inverse takes some six
// steps by Newton's method, each a pass with its Jacobian; where one does not help, it is a step x ← y − g(x), which always does. It goes on to the last digits:
// the distance from the root is at most ‖x + g(x) − y‖/(1 − Boundᴸ). Gradients of Inverse are those of the implicit function.
//
// Jens Behrmann, Will Grathwohl, Ricky T. Q. Chen, David Duvenaud, Jörn-Henrik Jacobsen, Invertible Residual Networks, 2018,
// arXiv:1811.00995; Ricky T. Q. Chen, Jens Behrmann, David Duvenaud, Jörn-Henrik Jacobsen, Residual Flows for Invertible Generative
// Modeling, 2019, arXiv:1906.02735.
type Residual struct {
	W, B []*autodiff.Param // weights, in×out, and biases, 1×out, of each layer
	// Swish are the b, 1×1, of the LipSwish before each layer, or before each but the first.
	Swish []*autodiff.Param
	// Bound is what the norm of a layer stays below, between 0 and 1.
	Bound float64
	// Net maps the context to what is added to the first layer's bias; nil is no context.
	Net nn.Network

	ctx autodiff.Var // bound by Given
}

// NewResidual returns a map of d columns by a network with so many hidden units in each hidden layer, drawn from src, nil for the process-wide
// source, but for the last layer, which is 0: it starts as the identity. Bound is 0.97. net, nil for none, maps a
// context to hidden[0] numbers. It panics if d or a width is not positive, there is no hidden layer, or the network has another number of outputs.
func NewResidual(d int, hidden []int, net nn.Network, src rand.Source) *Residual {
	if len(hidden) == 0 {
		panic("bijector: Residual: got no hidden layers, want at least one")
	}
	b := &Residual{Bound: 0.97, Net: optional("NewResidual", net)}
	for l, layer := range nn.NewMLP(d, hidden, d, nn.Linear, src).ZeroLast().Layers {
		b.W, b.B = append(b.W, layer.W), append(b.B, layer.B)
		if l > 0 {
			b.Swish = append(b.Swish, autodiff.NewParam(1, 1, []float64{0.5}))
		}
	}
	must(b.Restore())
	return b
}

// Restore checks the fields.
func (b *Residual) Restore() error {
	n := len(b.W)
	if n < 1 || n > few || len(b.B) != n || len(b.Swish) != n && len(b.Swish) != n-1 {
		return fmt.Errorf("bijector: Residual: got %d, %d and %d of W, B and Swish, want as many, from 1 to %d, or one less of the last", n, len(b.B), len(b.Swish), few)
	}
	if !(b.Bound > 0 && b.Bound < 1) {
		return fmt.Errorf("bijector: Residual: got Bound %v, want a number between 0 and 1", b.Bound)
	}
	if b.W[0] == nil {
		return fmt.Errorf("bijector: Residual: got no weights, want some")
	}
	d, _ := b.W[0].Dims()
	in := d
	for l, w := range b.W {
		out := d
		if l < n-1 && w != nil {
			_, out = w.Dims()
		}
		if err := checkDims("Residual: W", w, in, out); err != nil {
			return err
		}
		if err := checkDims("Residual: B", b.B[l], 1, out); err != nil {
			return err
		}
		in = out
	}
	for _, s := range b.Swish {
		if err := checkDims("Residual: Swish", s, 1, 1); err != nil {
			return err
		}
	}
	return checkContextual("Residual", b.Net, b.B[0].Len())
}

// on returns the network on the tape of x, its weights divided.
func (b *Residual) on(x autodiff.Var) (r residualNet) {
	d, _ := b.W[0].Dims()
	wantCols("Residual", x, d)
	t := x.Tape()
	r.layers, r.swishes = len(b.W), len(b.Swish)
	bound := t.Scalar(b.Bound)
	for l, p := range b.W {
		w := t.Use(p)
		norm := schattenOp.Apply(nil, autodiff.Args{}, autodiff.Shape{Rows: 1, Cols: 1}, w)
		r.w[l], r.b[l] = w.Mul(bound.Div(norm.Max(bound))), t.Use(b.B[l])
	}
	if b.Net != nil {
		r.b[0] = contextual("Residual", x, b.ctx, b.Net, b.B[0])
	}
	for l, p := range b.Swish {
		r.beta[l] = t.Use(p).Softplus()
	}
	return r
}

// Forward returns x + g(x).
func (b *Residual) Forward(x autodiff.Var) autodiff.Var {
	r := b.on(x)
	g, _ := r.at(x)
	return x.Add(g)
}

// ForwardFLDJ returns x + g(x) and log det(I + ∂g/∂x).
func (b *Residual) ForwardFLDJ(x autodiff.Var) (y, fldj autodiff.Var) {
	r := b.on(x)
	g, slopes := r.at(x)
	fldj = rowLogDetOp.Apply(nil, autodiff.Args{}, autodiff.Shape{Rows: x.Rows(), Cols: 1}, r.jacobian(x, slopes))
	return x.Add(g), fldj
}

// Inverse returns the x with Forward(x) = y.
func (b *Residual) Inverse(y autodiff.Var) autodiff.Var {
	r := b.on(y)
	return r.root(y)
}

// ILDJ returns −log det(I + ∂g/∂x) at Inverse(y).
func (b *Residual) ILDJ(y autodiff.Var) autodiff.Var { _, l := b.InverseILDJ(y); return l }

// InverseILDJ returns the x with Forward(x) = y and −log det(I + ∂g/∂x) there.
func (b *Residual) InverseILDJ(y autodiff.Var) (x, ildj autodiff.Var) {
	x = b.Inverse(y)
	_, fldj := b.ForwardFLDJ(x)
	return x, fldj.Neg()
}

// CondDim returns the number of the network's inputs.
func (b *Residual) CondDim() int { return contextWidth(b.Net) }

// Given returns the map for the contexts.
func (b *Residual) Given(c autodiff.Var) Bijector {
	wantContext("Residual", c, b.CondDim())
	bound := *b
	bound.ctx = c
	return &bound
}
