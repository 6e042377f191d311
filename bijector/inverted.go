package bijector

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
)

// Inverted is the univariate Map turned around: its Forward is Map's Inverse. A
// [Coupling] or [Autoregressive] that holds it computes Map in the direction from data
// to base, as models of other libraries may do.
type Inverted struct{ Map Univariate }

// Restore checks that there is a map.
func (m Inverted) Restore() error {
	if m.Map == nil {
		return fmt.Errorf("bijector: Inverted: got no map, want one")
	}
	return nil
}

// Params returns Map's number of parameters.
func (m Inverted) Params() int { return m.Map.Params() }

// Forward returns Map's inverse and the logarithm of its slope.
func (m Inverted) Forward(x, raw autodiff.Var) (y, logSlope autodiff.Var) {
	return m.Map.Inverse(x, raw)
}

// Inverse returns Map's value and the logarithm of its slope.
func (m Inverted) Inverse(y, raw autodiff.Var) (x, logSlope autodiff.Var) {
	return m.Map.Forward(y, raw)
}
