package flow_test

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
)

// A doubled map is B applied twice. It has the three methods that every bijector has.
type doubled struct{ B bijector.Bijector }

func (d doubled) Forward(x autodiff.Var) autodiff.Var { return d.B.Forward(d.B.Forward(x)) }
func (d doubled) Inverse(y autodiff.Var) autodiff.Var { return d.B.Inverse(d.B.Inverse(y)) }
func (d doubled) ILDJ(y autodiff.Var) autodiff.Var    { return d.B.ILDJ(y).Add(d.B.ILDJ(d.B.Inverse(y))) }

// A walker gives both results of a density at once: it goes through B as a whole.
type walker struct{ doubled }

func (w walker) InverseILDJ(y autodiff.Var) (x, ildj autodiff.Var) {
	half, first := bijector.InverseILDJ(w.B, y)
	x, second := bijector.InverseILDJ(w.B, half)
	return x, first.Add(second)
}

// A bijector of one's own needs three methods, and gains from an optional one: fewer steps
// on the tape for the same bits.
func Example_ownBijector() {
	slow := doubled{bijector.Sinh{}}
	fast := walker{slow}
	for _, b := range []bijector.Bijector{slow, fast} {
		tape := autodiff.NewTape()
		p := flow.New(dist.NewStdNormal(1), b).LogDensity(tape.Scalar(3))
		fmt.Printf("%.6f with %d nodes\n", p.Value(), tape.Len())
	}
	// Output:
	// -3.724258 with 14 nodes
	// -3.724258 with 10 nodes
}
