package bijector

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/internal/need"
)

// A Bijector is a differentiable map with a differentiable inverse, applied to
// each row of a matrix.
//
// Forward leads from base to data. Methods are pure: they read the bijector's
// parameters and change nothing, so that a bijector is safe for concurrent use
// on different tapes; and on one tape the same Var gives the same nodes, so
// that ILDJ may call Inverse, or a network, again at no cost. For both results of
// a direction use [InverseILDJ] or [ForwardFLDJ], which a bijector may speed up.
//
// Rows outside the domain may give any value; the density at the end
// decides (see [github.com/normflow/normflow/flow]). A row with NaN gives NaN
// for that row only.
type Bijector interface {
	// Forward returns y = f(x), n×d → n×d′.
	Forward(x autodiff.Var) autodiff.Var
	// Inverse returns x = f⁻¹(y), n×d′ → n×d.
	Inverse(y autodiff.Var) autodiff.Var
	// ILDJ returns log|det ∂f⁻¹/∂y| for each row of y: n×1, or 1×1 when it is
	// the same for all. Where d′ ≠ d, or the rows of y are not unconstrained,
	// the bijector documents which volume is meant.
	ILDJ(y autodiff.Var) autodiff.Var
}

// A Conditional is a bijector that depends on a context: further values for
// each row, such as the observation of a posterior.
type Conditional interface {
	Bijector
	// CondDim returns the width of the context, or 0 if there is none.
	CondDim() int
	// Given returns the bijector for the contexts c, n×CondDim with one row per
	// sample, or 1×CondDim with one for all. It shares the parameters, lives on
	// the tape of c, and panics for another width.
	Given(c autodiff.Var) Bijector
}

// CondDim returns the width of the context that b needs, 0 if it needs none.
func CondDim(b Bijector) int {
	if c, ok := b.(Conditional); ok {
		return c.CondDim()
	}
	return 0
}

// Given returns b for the contexts c, or b itself if it does not need them.
func Given(b Bijector, c autodiff.Var) Bijector {
	if CondDim(b) == 0 {
		return b
	}
	return b.(Conditional).Given(c)
}

// zero returns the log-determinant of a map that preserves volume.
func zero(x autodiff.Var) autodiff.Var { return x.Tape().Zeros(1, 1) }

// plus adds log-determinants, leaving out results of zero.
func plus(a, b, none autodiff.Var) autodiff.Var {
	switch none {
	case a:
		return b
	case b:
		return a
	}
	return a.Add(b)
}

// optional returns the network of a context, which may be nil, but no pointer that is.
func optional(what string, net nn.Network) nn.Network {
	if net != nil {
		need.One("bijector: "+what, "network", net)
	}
	return net
}

// must panics with err on behalf of a constructor.
func must(err error) {
	if err != nil {
		panic(err.Error())
	}
}

// wantCols panics unless x has d columns.
func wantCols(what string, x autodiff.Var, d int) {
	if x.Cols() != d {
		panic(fmt.Sprintf("bijector: %s: got %d columns, want %d", what, x.Cols(), d))
	}
}

// wantContext panics unless c is a context of width d for rows of x.
func wantContext(what string, c autodiff.Var, d int) {
	if c.Cols() != d {
		panic(fmt.Sprintf("bijector: %s: got a context of %d columns, want %d", what, c.Cols(), d))
	}
}
