package bijector

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/internal/rng"
)

// BlockAutoregressive maps each column, given those before it, by one network of all columns whose weights are blocks:
//
//	yⱼ = sⱼ·xⱼ + fⱼ(x₁, …, xⱼ),  fⱼ increasing in xⱼ,  log|det| = Σⱼ log(sⱼ + ∂fⱼ/∂xⱼ)
//
// f has layers of as many units for each column, the hyperbolic tangent between them. Between units of one column weights are exponentials
// of parameters, to units of later columns they are free, to those of earlier ones 0; the weights into a unit have the length exp S. Since f is bounded and s
// positive, it is a bijection of Rᵈ, and densities integrate to one, which those of f alone do not.
//
// Forward costs two products for each layer. Inverse costs one pass of the network and some ten of its blocks of one column: columns follow each other,
// each the root of an equation of its own, which is bracketed and found to the last digits. Gradients of Inverse are those of the implicit
// function and cost d passes.
//
// Nicola De Cao, Ivan Titov, Wilker Aziz, Block Neural Autoregressive Flow, 2019, arXiv:1904.04676.
type BlockAutoregressive struct {
	W    []*autodiff.Param // weights of each layer, in×out, units in the order of their columns
	S, B []*autodiff.Param // 1×out: logarithms of lengths, and biases
	Tail autodiff.Value    // s, positive: one for all columns, or one for each
	// Net maps the context to what is added to the first layer's units before the hyperbolic tangent; nil is no context.
	Net nn.Network

	ctx autodiff.Var // bound by Given
}

// NewBlockAutoregressive returns a map of d columns with so many hidden units for each column in each hidden layer. It is drawn from src,
// nil for the process-wide source, and close to the identity: exp S of the last layer is 0.05. net, nil for none, maps a context to d·hidden[0]
// numbers. It panics if d or a width is not positive, there is no hidden layer, or the network has another number of outputs.
func NewBlockAutoregressive(d int, hidden []int, net nn.Network, src rand.Source) *BlockAutoregressive {
	if d < 1 || len(hidden) == 0 {
		panic(fmt.Sprintf("bijector: BlockAutoregressive: got %d columns and hidden widths %v, want at least one of both", d, hidden))
	}
	ones := make([]float64, d)
	for j := range ones {
		ones[j] = 1
	}
	b := &BlockAutoregressive{Tail: autodiff.Learned(ones...).Positive("BlockAutoregressive: Tail"), Net: optional("NewBlockAutoregressive", net)}
	r, in := rand.New(rng.Or(src)), 1
	for l := range len(hidden) + 1 {
		out := 1
		if l < len(hidden) {
			out = hidden[l]
		}
		if out < 1 {
			panic(fmt.Sprintf("bijector: BlockAutoregressive: got hidden widths %v, want positive ones", hidden))
		}
		b.W = append(b.W, autodiff.LearnedNormal(d*in, d*out, 1/math.Sqrt(float64(in)), r))
		b.S, b.B = append(b.S, autodiff.NewParam(1, d*out, nil)), append(b.B, autodiff.NewParam(1, d*out, nil))
		for u := range d * out {
			if l < len(hidden) {
				b.B[l].Data()[u] = r.NormFloat64()
			} else {
				b.S[l].Data()[u] = -3
			}
		}
		in = out
	}
	must(b.Restore())
	return b
}

// Restore checks the fields.
func (b *BlockAutoregressive) Restore() error {
	if len(b.W) < 2 || len(b.W) > few || len(b.S) != len(b.W) || len(b.B) != len(b.W) {
		return fmt.Errorf("bijector: BlockAutoregressive: got %d, %d and %d of W, S and B, want as many, from 2 to %d", len(b.W), len(b.S), len(b.B), few)
	}
	if b.W[0] == nil {
		return fmt.Errorf("bijector: BlockAutoregressive: got no weights, want some")
	}
	d, _ := b.W[0].Dims()
	in := d
	for l, w := range b.W {
		out := d
		if l < len(b.W)-1 && w != nil {
			_, out = w.Dims()
		}
		if out%d != 0 {
			return fmt.Errorf("bijector: BlockAutoregressive: layer %d: got %d units for %d columns, want as many for each", l, out, d)
		}
		err := checkDims("BlockAutoregressive: W", w, in, out)
		for _, p := range []*autodiff.Param{b.S[l], b.B[l]} {
			if err == nil {
				err = checkDims("BlockAutoregressive: S, B", p, 1, out)
			}
		}
		if err != nil {
			return err
		}
		in = out
	}
	if err := checkNonzero("BlockAutoregressive: Tail", b.Tail); err != nil {
		return err
	}
	if err := checkLen("BlockAutoregressive: Tail", b.Tail, d); err != nil {
		return err
	}
	if slices.Min(b.Tail.Numbers()) < 0 || !b.Tail.Constant && b.Tail.Min < 0 {
		return fmt.Errorf("bijector: BlockAutoregressive: got Tail %v, want numbers that are positive and stay so", b.Tail.Numbers())
	}
	return checkContextual("BlockAutoregressive", b.Net, b.B[0].Len())
}

// blockWeights are the weights of all layers on a tape: whole, and the blocks of one column alone.
type blockWeights struct {
	whole, own, bias [few]autodiff.Var
	tail             autodiff.Var
}

func (b *BlockAutoregressive) weights(x autodiff.Var) (w blockWeights) {
	d, _ := b.W[0].Dims()
	wantCols("BlockAutoregressive", x, d)
	t := x.Tape()
	for l, p := range b.W {
		v := t.Use(p)
		w.whole[l], w.own[l] = blockOp.Apply2(t, autodiff.Args{I: d}, v.Shape(), v.Shape(), v, t.Use(b.S[l]))
		w.bias[l] = t.Use(b.B[l])
	}
	if b.Net != nil {
		w.bias[0] = contextual("BlockAutoregressive", x, b.ctx, b.Net, b.B[0])
	}
	w.tail = b.Tail.On(t)
	return w
}

// at returns y and ∂yⱼ/∂xⱼ at x, and the slopes of the hyperbolic tangents.
func (b *BlockAutoregressive) at(w *blockWeights, x autodiff.Var) (y, diagonal autodiff.Var, slopes [few]autodiff.Var) {
	last := len(b.W) - 1
	h, v := x, ones(x)
	for l := range b.W {
		h = h.MatMul(w.whole[l]).Add(w.bias[l])
		v = v.MatMul(w.own[l])
		if l < last {
			h = h.Tanh()
			slopes[l] = h.Square().Neg().AddConst(1)
			v = v.Mul(slopes[l])
		}
	}
	return h.Add(x.Mul(w.tail)), v.Add(w.tail), slopes
}

// ones returns as many as x has columns, 1×d.
func ones(x autodiff.Var) autodiff.Var { return x.Tape().Scalar(1).Expand(1, x.Cols()) }

// Forward returns s·x + f(x).
func (b *BlockAutoregressive) Forward(x autodiff.Var) autodiff.Var {
	w := b.weights(x)
	y, _, _ := b.at(&w, x)
	return y
}

// ForwardFLDJ returns s·x + f(x) and the log-determinant.
func (b *BlockAutoregressive) ForwardFLDJ(x autodiff.Var) (y, fldj autodiff.Var) {
	w := b.weights(x)
	y, diagonal, _ := b.at(&w, x)
	return y, diagonal.Log().RowSum()
}

// Inverse returns the x with Forward(x) = y.
func (b *BlockAutoregressive) Inverse(y autodiff.Var) autodiff.Var {
	w := b.weights(y)
	return b.root(&w, y)
}

// ILDJ returns minus the log-determinant at Inverse(y).
func (b *BlockAutoregressive) ILDJ(y autodiff.Var) autodiff.Var { _, l := b.InverseILDJ(y); return l }

// InverseILDJ returns the x with Forward(x) = y and minus the log-determinant there.
func (b *BlockAutoregressive) InverseILDJ(y autodiff.Var) (x, ildj autodiff.Var) {
	x = b.Inverse(y)
	_, fldj := b.ForwardFLDJ(x)
	return x, fldj.Neg()
}

// root returns the x with Forward(x) = y, with the gradients of the implicit function.
func (b *BlockAutoregressive) root(w *blockWeights, y autodiff.Var) autodiff.Var {
	var array [3*few + 3]autodiff.Var
	in := append(array[:0], y, w.tail)
	for l := range b.W {
		in = append(in, w.whole[l], w.bias[l])
	}
	root := blockRootOp.Apply(nil, autodiff.Args{}, y.Shape(), in...)
	f, _, slopes := b.at(w, root)
	miss := f.Sub(y)
	if miss.Constant() {
		return root
	}
	in = append(in[:0], root, miss, w.tail.Detach())
	for l := range b.W {
		in = append(in, w.whole[l].Detach())
		if l < len(b.W)-1 {
			in = append(in, slopes[l].Detach())
		}
	}
	return blockImplicitOp.Apply(nil, autodiff.Args{}, y.Shape(), in...)
}

// CondDim returns the number of the network's inputs.
func (b *BlockAutoregressive) CondDim() int { return contextWidth(b.Net) }

// Given returns the map for the contexts.
func (b *BlockAutoregressive) Given(c autodiff.Var) Bijector {
	wantContext("BlockAutoregressive", c, b.CondDim())
	bound := *b
	bound.ctx = c
	return &bound
}
