package bijector

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
)

// Planar spreads or presses together along a direction, near a plane:
//
//	y = x + û·h(w·x + b),  û = u + (m(w·u) − w·u)·w/‖w‖²,  m(a) = log(1 + eᵃ) − 1
//	log|det| = log(1 + w·û·h′(w·x + b))
//
// h is the hyperbolic tangent, or a leaky ReLU. Since w·û = m > −1, it is a bijection of Rᵈ. Forward costs O(d) a row. So does
// Inverse: s = w·x + b is the root of s + w·û·h(s) = w·y + b, which is bracketed and found to the last digits, by some ten
// steps, with the gradients of the implicit function; that of the leaky ReLU has a formula.
//
// Danilo Jimenez Rezende, Shakir Mohamed, Variational Inference with Normalizing Flows, 2015, arXiv:1505.05770.
type Planar struct {
	W, U *autodiff.Param // 1×d
	B    *autodiff.Param // 1×1
	// Net maps the context to what is added to W, U and B, side by side; nil is no context.
	Net nn.Network
	// Slope is that of the leaky ReLU below 0, from 0 to 1; 0 is the hyperbolic tangent instead.
	Slope float64

	ctx autodiff.Var // bound by Given
}

// NewPlanar returns a map of d columns by the hyperbolic tangent that starts as the identity: W is drawn from src, nil for the
// process-wide source. net, nil for none, maps a context to 2d + 1 numbers. It panics if d is not positive or the network has
// another number of outputs.
func NewPlanar(d int, net nn.Network, src rand.Source) *Planar {
	if d < 1 {
		panic(fmt.Sprintf("bijector: Planar: got %d columns, want at least 1", d))
	}
	b := &Planar{W: autodiff.LearnedNormal(1, d, 1/math.Sqrt(float64(d)), src), U: autodiff.NewParam(1, d, nil), B: autodiff.NewParam(1, 1, nil), Net: optional("NewPlanar", net)}
	n := norm(b.W.Data())
	for j, w := range b.W.Data() {
		b.U.Data()[j] = rootOfSoftplus * (w / n) / n
	}
	must(b.Restore())
	return b
}

// rootOfSoftplus is log(e − 1), where log(1 + eᵃ) is 1.
const rootOfSoftplus = 0.541324854612918108

// Restore checks the fields.
func (b *Planar) Restore() error {
	d, err := checkOneRow("Planar: W", b.W)
	if err == nil {
		err = checkDims("Planar: U", b.U, 1, d)
	}
	if err == nil {
		err = checkDims("Planar: B", b.B, 1, 1)
	}
	if err == nil && !(b.Slope >= 0 && b.Slope < 1) {
		err = fmt.Errorf("bijector: Planar: got Slope %v, want a number from 0 to below 1", b.Slope)
	}
	if err != nil {
		return err
	}
	return checkContextual("Planar", b.Net, 2*d+1)
}

// planarAt are w, û, b and e = 1 + w·û for some rows, or for all.
type planarAt struct{ w, u, b, e autodiff.Var }

func (b *Planar) at(x autodiff.Var) planarAt {
	_, d := b.W.Dims()
	wantCols("Planar", x, d)
	p := contextual("Planar", x, b.ctx, b.Net, b.W, b.U, b.B)
	w, u := p.Slice(0, d), p.Slice(d, 2*d)
	n := norms(w)
	flat := n.Greater(zero(x)).Neg().AddConst(1) // w is 0: a shift
	n = n.Add(flat)
	unit := w.Div(n)
	wu := w.Mul(u).RowSum()
	e := wu.Softplus()
	u = u.Add(unit.Mul(e.AddConst(-1).Sub(wu).Div(n)))
	return planarAt{w: w, u: u, b: p.Slice(2*d, 2*d+1), e: autodiff.Where(flat, flat, e)}
}

// on returns w·x + b.
func (p *planarAt) on(x autodiff.Var) autodiff.Var { return x.Mul(p.w).RowSum().Add(p.b) }

// bend maps s = w·x + b to w·y + b, or back, with the log-slope.
func (b *Planar) bend(s, e autodiff.Var, dir direction) (t, logSlope autodiff.Var) {
	switch {
	case b.Slope > 0:
		return kink(s, e, b.Slope, dir)
	case dir == inverse:
		return bumps.Inverse(s, e)
	}
	return bumps.Forward(s, e)
}

// Forward returns x + û·h(w·x + b).
func (b *Planar) Forward(x autodiff.Var) autodiff.Var { y, _ := b.ForwardFLDJ(x); return y }

// Inverse returns y − û·h(s).
func (b *Planar) Inverse(y autodiff.Var) autodiff.Var { x, _ := b.InverseILDJ(y); return x }

// ILDJ returns −log(1 + w·û·h′(s)).
func (b *Planar) ILDJ(y autodiff.Var) autodiff.Var { _, l := b.InverseILDJ(y); return l }

// ForwardFLDJ returns x + û·h(w·x + b) and log(1 + w·û·h′).
func (b *Planar) ForwardFLDJ(x autodiff.Var) (y, fldj autodiff.Var) {
	p := b.at(x)
	s := p.on(x)
	_, fldj = b.bend(s, p.e, forward)
	return x.Add(b.h(s).Mul(p.u)), fldj
}

// InverseILDJ returns y − û·h(s) and −log(1 + w·û·h′(s)).
func (b *Planar) InverseILDJ(y autodiff.Var) (x, ildj autodiff.Var) {
	p := b.at(y)
	s, ildj := b.bend(p.on(y), p.e, inverse)
	return y.Sub(b.h(s).Mul(p.u)), ildj
}

func (b *Planar) h(s autodiff.Var) autodiff.Var {
	if b.Slope > 0 {
		return s.LeakyReLU(b.Slope)
	}
	return s.Tanh()
}

// CondDim returns the number of the network's inputs.
func (b *Planar) CondDim() int { return contextWidth(b.Net) }

// Given returns the map for the contexts.
func (b *Planar) Given(c autodiff.Var) Bijector {
	wantContext("Planar", c, b.CondDim())
	bound := *b
	bound.ctx = c
	return &bound
}

// bumps is one for all, so that one tape evaluates it once.
var bumps = &Numeric{Map: bump{}}

// bump is the increasing map t = s + (e − 1)·tanh s with one parameter e > 0, its slope at 0.
type bump struct{}

// Params returns 1.
func (bump) Params() int { return 1 }

// Forward returns t, as s − tanh s + e·tanh s, which small e leave exact, and log(tanh² s + e/cosh² s).
func (bump) Forward(s, e autodiff.Var) (t, logSlope autodiff.Var) {
	h := s.Tanh()
	t = s.Sub(h).Add(e.Mul(h))
	// 1 − tanh² has no digits left where a large e would need them; beyond 300, 1/cosh² is nothing beside tanh².
	slope := s.Clamp(-300, 300).Cosh().Square().Recip()
	return t, h.Square().Add(e.Mul(slope)).Log()
}

// kink is the increasing map t = s + (e − 1)·h(s) with e > 0, or its inverse; h is a leaky ReLU.
func kink(s, e autodiff.Var, slope float64, dir direction) (t, logSlope autodiff.Var) {
	f := autodiff.Where(s.Greater(zero(s)), e, e.MulConst(slope).AddConst(1-slope)) // both sides keep their sign
	if dir == inverse {
		return s.Div(f), f.Log().Neg()
	}
	return s.Mul(f), f.Log()
}
