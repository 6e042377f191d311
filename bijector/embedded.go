package bijector

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
)

// Embedded is a conditional bijector that sees its context through a network:
// given c it is B given Net(c). Wide contexts, such as a time series, become a
// few features that are learned together with the rest, once for all layers of a
// [Chain]. If Net is an [nn.Standardizer], training initialises it from the contexts.
//
// The context is n×Net.In. Both directions cost one pass of the network, for each context that is not a
// repeated one, and B.
type Embedded struct {
	Net nn.Network // to as many columns as B's context has
	B   Bijector

	ctx autodiff.Var // bound by Given until Net is initialised
}

// NewEmbedded returns b with its context embedded by net. It panics unless net
// gives what b takes as context.
func NewEmbedded(net nn.Network, b Bijector) *Embedded {
	e := &Embedded{Net: optional("NewEmbedded", net), B: b}
	must(e.Restore())
	return e
}

// Restore checks the fields.
func (e *Embedded) Restore() error {
	if e.Net == nil || e.B == nil {
		return fmt.Errorf("bijector: Embedded: got no network or no bijector, want both")
	}
	if got, want := e.Net.Out(), CondDim(e.B); got != want || want == 0 {
		return fmt.Errorf("bijector: Embedded: got a network to %d numbers, want the %d of the context", got, want)
	}
	return nil
}

// Forward panics: it needs a context, see [Given].
func (e *Embedded) Forward(x autodiff.Var) autodiff.Var { return e.bound().Forward(x) }

// Inverse panics: it needs a context, see [Given].
func (e *Embedded) Inverse(y autodiff.Var) autodiff.Var { return e.bound().Inverse(y) }

// ILDJ panics: it needs a context, see [Given].
func (e *Embedded) ILDJ(y autodiff.Var) autodiff.Var { return e.bound().ILDJ(y) }

// CondDim returns the number of inputs of the network.
func (e *Embedded) CondDim() int { return e.Net.In() }

// Given returns B given the embedded contexts: of repeated ones, see
// [github.com/normflow/normflow/autodiff.Var.RepeatRows], each is embedded once.
func (e *Embedded) Given(c autodiff.Var) Bijector {
	wantContext("Embedded", c, e.Net.In())
	if s, ok := e.Net.(*nn.Standardizer); ok && !s.Initialized {
		return &Embedded{Net: e.Net, B: e.B, ctx: c}
	}
	return e.embed(c)
}

// bound returns B given the embedded contexts.
func (e *Embedded) bound() Bijector {
	if e.ctx == (autodiff.Var{}) {
		return e.B
	}
	return e.embed(e.ctx)
}

// embed returns B given Net(c).
func (e *Embedded) embed(c autodiff.Var) Bijector {
	c, k := c.Repeated()
	return Given(e.B, e.Net.Apply(c).RepeatRows(k))
}

// Initialize sets the network from the contexts and B from the rows of y.
func (e *Embedded) Initialize(y autodiff.Var) { e.initialize(atOutput(y)) }

// InitializeInput is Initialize for rows that arrive at the input.
func (e *Embedded) InitializeInput(x autodiff.Var) {
	a := atOutput(x)
	a.AtInput = true
	e.initialize(a)
}

func (e *Embedded) initialize(a Arrival) {
	if s, ok := e.Net.(*nn.Standardizer); ok && e.ctx != (autodiff.Var{}) {
		s.Initialize(e.ctx)
	}
	initialize(e.bound(), a)
}
