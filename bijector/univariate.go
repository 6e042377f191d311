package bijector

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/need"
)

// A Univariate is a strictly increasing map of one element with K raw
// parameters, any finite values, zeros being a good start (usually the
// identity). Types such as [Coupling] apply it to many elements at once.
//
// A map whose components zeros make alike, which training would never tell apart, has a method
// Start() []float64, the K numbers to start from: [NewElementwise], [NewCoupling], [NewAutoregressive] and [NewGraphical] take them. A network of
// another package that is zero everywhere has to add them itself.
//
// For n×d arguments raw is n×(d·K), or 1×(d·K) for the same parameters in each row:
// those of column j are columns j·K to j·K+K−1.
type Univariate interface {
	// Params returns K.
	Params() int
	// Forward returns y = g(x) and log(dy/dx), both n×d.
	Forward(x, raw autodiff.Var) (y, logSlope autodiff.Var)
	// Inverse returns x = g⁻¹(y) and log(dx/dy), both n×d.
	Inverse(y, raw autodiff.Var) (x, logSlope autodiff.Var)
}

// checkMap returns what is wrong with the map that a constructor is given.
func checkMap(what string, m Univariate) error {
	if need.Missing(m) {
		return fmt.Errorf("bijector: %s: got no map, want one", what)
	}
	if r, ok := m.(interface{ Restore() error }); ok {
		return r.Restore()
	}
	return nil
}
