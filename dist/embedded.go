package dist

import (
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/internal/need"
	"gonum.org/v1/gonum/mat"
)

// Embedded is a conditional distribution that sees its context through a network:
// log p(x | c) = log q(x | Net(c)). It costs a pass of the network, and what Of costs.
type Embedded struct {
	Net nn.Network // to as many columns as the context of Of has
	Of  Distribution
}

var (
	_ Conditional = (*Embedded)(nil)
	_ Composite   = (*Embedded)(nil)
)

// NewEmbedded returns d with its context embedded by net. It panics unless net gives
// what d takes as context.
func NewEmbedded(net nn.Network, d Distribution) *Embedded {
	need.One("dist: NewEmbedded", "network", net)
	need.One("dist: NewEmbedded", "distribution", d)
	e := &Embedded{Net: net, Of: d}
	if err := e.Restore(); err != nil {
		panic(err.Error())
	}
	return e
}

// Restore checks the fields.
func (e *Embedded) Restore() error {
	if e.Net == nil || e.Of == nil {
		return fmt.Errorf("dist: Embedded: got no network or no distribution, want both")
	}
	if got, want := e.Net.Out(), CondDim(e.Of); got != want || want == 0 {
		return fmt.Errorf("dist: Embedded: got a network to %d numbers, want the %d of the context", got, want)
	}
	return nil
}

// Dim returns the number of columns.
func (e *Embedded) Dim() int { return e.Of.Dim() }

// CondDim returns the number of inputs of the network.
func (e *Embedded) CondDim() int { return e.Net.In() }

// LogDensity panics: it needs a context.
func (e *Embedded) LogDensity(x autodiff.Var) autodiff.Var { return e.Of.LogDensity(x) }

// LogDensityGiven returns log p(x | c) of each row.
func (e *Embedded) LogDensityGiven(x, c autodiff.Var) autodiff.Var {
	if c == (autodiff.Var{}) {
		return e.LogDensity(x)
	}
	return LogDensityGiven(e.Of, x, e.Net.Apply(c))
}

// Draw panics: it needs a context.
func (e *Embedded) Draw(batch *mat.Dense, src rand.Source) { e.Of.Draw(batch, src) }

// DrawGiven fills the rows of batch given their contexts.
func (e *Embedded) DrawGiven(batch *mat.Dense, c mat.Matrix, src rand.Source) {
	if c == nil {
		e.Draw(batch, src)
		return
	}
	t := autodiff.NewTape()
	t.NoGrad(true)
	DrawGiven(e.Of, batch, mat.DenseCopyOf(e.Net.Apply(t.Matrix(c)).Dense()), src)
}

// Walk calls visit for the distribution within, with its context embedded.
func (e *Embedded) Walk(x, c autodiff.Var, visit func(part Distribution, x, c autodiff.Var)) {
	if c != (autodiff.Var{}) {
		c = e.Net.Apply(c)
	}
	visit(e.Of, x, c)
}
