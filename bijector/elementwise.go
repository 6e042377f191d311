package bijector

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
)

// Elementwise maps each column by a univariate whose parameters are learned
// parameters, one set per column:
//
//	yⱼ = g(xⱼ; rⱼ)
//
// Both directions cost O(d·K) a row.
type Elementwise struct {
	Map Univariate
	Raw *autodiff.Param // 1×(d·K), nil for a map without parameters
}

// NewElementwise returns an elementwise map of d columns whose raw parameters are
// those from which m starts: see [Univariate]. A map without parameters takes any number of
// columns. It panics if the map is nil or invalid, or d is not positive.
func NewElementwise(d int, m Univariate) *Elementwise {
	must(checkMap("Elementwise", m))
	e := &Elementwise{Map: m}
	if k := m.Params(); k > 0 {
		e.Raw = autodiff.NewParam(1, d*k, nil)
	}
	must(e.Restore())
	if e.Raw != nil {
		start(e.Raw, m)
	}
	return e
}

// Restore checks the fields.
func (e *Elementwise) Restore() error {
	if e.Map == nil {
		return fmt.Errorf("bijector: Elementwise: got no map, want one")
	}
	k := e.Map.Params()
	if (e.Raw == nil) != (k == 0) {
		return fmt.Errorf("bijector: Elementwise: got parameters %v, want one row of %d per column", e.Raw, k)
	}
	if k == 0 {
		return nil
	}
	if r, c := e.Raw.Dims(); r != 1 || c%k != 0 {
		return fmt.Errorf("bijector: Elementwise: got %d×%d parameters, want one row of %d per column", r, c, k)
	}
	return checkColumns("Elementwise", e.Map, e.Raw.Len()/k)
}

func (e *Elementwise) raw(x autodiff.Var) autodiff.Var {
	if e.Raw == nil {
		return x.Tape().Zeros(1, 0)
	}
	wantCols("Elementwise", x, e.Raw.Len()/e.Map.Params())
	return x.Tape().Use(e.Raw)
}

// Forward returns g(x).
func (e *Elementwise) Forward(x autodiff.Var) autodiff.Var {
	y, _ := e.Map.Forward(x, e.raw(x))
	return y
}

// Inverse returns g⁻¹(y).
func (e *Elementwise) Inverse(y autodiff.Var) autodiff.Var {
	x, _ := e.Map.Inverse(y, e.raw(y))
	return x
}

// ILDJ returns Σⱼ log(dxⱼ/dyⱼ).
func (e *Elementwise) ILDJ(y autodiff.Var) autodiff.Var { _, l := e.InverseILDJ(y); return l }

// InverseILDJ returns g⁻¹(y) and Σⱼ log(dxⱼ/dyⱼ).
func (e *Elementwise) InverseILDJ(y autodiff.Var) (x, ildj autodiff.Var) {
	return summed(e.Map.Inverse(y, e.raw(y)))
}

// ForwardFLDJ returns g(x) and Σⱼ log(dyⱼ/dxⱼ).
func (e *Elementwise) ForwardFLDJ(x autodiff.Var) (y, fldj autodiff.Var) {
	return summed(e.Map.Forward(x, e.raw(x)))
}
