package bijector

import (
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
)

// Radial spreads or presses together around a point c:
//
//	y = x + β·(x − c)/(α + r),  r = ‖x − c‖,  α = log(1 + eᵃ),  β = log(1 + eᵇ) − α
//	log|det| = (d−1)·log(1 + β/(α+r)) + log(1 + α·β/(α+r)²)
//
// Since β > −α, it is a bijection of Rᵈ. Both directions cost O(d) a row: from ρ = ‖y − c‖ the radius is the positive root of
// r² + (α + β − ρ)·r − α·ρ = 0.
//
// Danilo Jimenez Rezende, Shakir Mohamed, Variational Inference with Normalizing Flows, 2015, arXiv:1505.05770.
type Radial struct {
	Center *autodiff.Param // c, 1×d
	A, B   *autodiff.Param // a and b, 1×1
	// Net maps the context to what is added to Center, A and B, side by side; nil is no context.
	Net nn.Network

	ctx autodiff.Var // bound by Given
}

// NewRadial returns a map of d columns that starts as the identity: its centre is drawn from src, nil for the process-wide
// source, α is 1. net, nil for none, maps a context to d + 2 numbers. It panics if d is not positive or the network has
// another number of outputs.
func NewRadial(d int, net nn.Network, src rand.Source) *Radial {
	if d < 1 {
		panic(fmt.Sprintf("bijector: Radial: got %d columns, want at least 1", d))
	}
	b := &Radial{Center: autodiff.LearnedNormal(1, d, 1, src), A: autodiff.NewParam(1, 1, nil), B: autodiff.NewParam(1, 1, nil), Net: optional("NewRadial", net)}
	b.A.Set([]float64{rootOfSoftplus})
	b.B.Set([]float64{rootOfSoftplus})
	must(b.Restore())
	return b
}

// Restore checks the fields.
func (b *Radial) Restore() error {
	d, err := checkOneRow("Radial: Center", b.Center)
	for _, p := range []*autodiff.Param{b.A, b.B} {
		if err == nil {
			err = checkDims("Radial: A, B", p, 1, 1)
		}
	}
	if err != nil {
		return err
	}
	return checkContextual("Radial", b.Net, d+2)
}

// at returns c, α and e = α + β, all positive but c.
func (b *Radial) at(x autodiff.Var) (c, alpha, e autodiff.Var) {
	_, d := b.Center.Dims()
	wantCols("Radial", x, d)
	p := contextual("Radial", x, b.ctx, b.Net, b.Center, b.A, b.B)
	return p.Slice(0, d), p.Slice(d, d+1).Softplus(), p.Slice(d+1, d+2).Softplus()
}

// stretch returns (e + r)/(α + r), by which x − c is stretched, and the log-determinant.
func (b *Radial) stretch(r, alpha, e autodiff.Var) (f, fldj autodiff.Var) {
	_, d := b.Center.Dims()
	far := alpha.Add(r)
	f = e.Add(r).Div(far)
	// 1 + α·β/(α+r)² = (r/(α+r))² + 2·r/(α+r)·α/(α+r) + α/(α+r)·e/(α+r), of positive terms
	near, out := alpha.Div(far), r.Div(far)
	slope := out.Square().Add(out.Mul(near).MulConst(2)).Add(near.Mul(e.Div(far)))
	return f, slope.Log().Add(f.Log().MulConst(float64(d - 1)))
}

// Forward returns y.
func (b *Radial) Forward(x autodiff.Var) autodiff.Var { y, _ := b.ForwardFLDJ(x); return y }

// Inverse returns x.
func (b *Radial) Inverse(y autodiff.Var) autodiff.Var { x, _ := b.InverseILDJ(y); return x }

// ILDJ returns minus the log-determinant at x.
func (b *Radial) ILDJ(y autodiff.Var) autodiff.Var { _, l := b.InverseILDJ(y); return l }

// ForwardFLDJ returns y and the log-determinant.
func (b *Radial) ForwardFLDJ(x autodiff.Var) (y, fldj autodiff.Var) {
	c, alpha, e := b.at(x)
	z := x.Sub(c)
	f, fldj := b.stretch(norms(z), alpha, e)
	return z.Mul(f).Add(c), fldj
}

// InverseILDJ returns x and minus the log-determinant there.
func (b *Radial) InverseILDJ(y autodiff.Var) (x, ildj autodiff.Var) {
	c, alpha, e := b.at(y)
	z := y.Sub(c)
	f, fldj := b.stretch(b.radius(norms(z), alpha, e), alpha, e)
	return z.Div(f).Add(c), fldj.Neg()
}

// radius returns the root r ≥ 0 of r² + (e − ρ)·r − α·ρ = 0: half of ρ − e + √((ρ − e)² + 4αρ), or where that would
// cancel 2αρ over e − ρ + √.
func (b *Radial) radius(rho, alpha, e autodiff.Var) autodiff.Var {
	q := rho.Sub(e)
	twice := alpha.Mul(rho).MulConst(4)
	// √(q² + 4αρ) by the norm of two columns, which neither overflows nor has an infinite slope at 0
	root := norms(autodiff.Concat(q, twice.Max(tiny(rho)).Sqrt()))
	out := q.Greater(zero(rho))
	return autodiff.Where(out, q.Add(root).MulConst(0.5), twice.MulConst(0.5).Div(autodiff.Where(out, root, root.Sub(q))))
}

// CondDim returns the number of the network's inputs.
func (b *Radial) CondDim() int { return contextWidth(b.Net) }

// Given returns the map for the contexts.
func (b *Radial) Given(c autodiff.Var) Bijector {
	wantContext("Radial", c, b.CondDim())
	bound := *b
	bound.ctx = c
	return &bound
}
