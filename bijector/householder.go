package bijector

import "github.com/normflow/normflow/autodiff"

// Householder reflects at k planes through 0, one after the other:
//
//	y = H(vₖ)···H(v₁)·x,  H(v) = I − 2·v·vᵀ/(vᵀv),  log|det| = 0
//
// With k = d every orthogonal matrix can be reached. Domain and range are Rᵈ.
// Both directions cost O(k·d) a row. Jakub M. Tomczak, Max Welling, Improving
// Variational Auto-Encoders using Householder Flow, 2016, arXiv:1611.09630.
type Householder struct {
	Axes *autodiff.Param // k×d: v₁ to vₖ, of any length but 0
}

// NewHouseholder returns the reflections along the rows of axes, constant if
// they are frozen, else learned: see [PairedAxes]. It panics if an axis is 0.
func NewHouseholder(axes *autodiff.Param) *Householder {
	h := &Householder{Axes: axes}
	must(h.Restore())
	return h
}

// Restore checks the axes.
func (h *Householder) Restore() error {
	d := 0
	if h.Axes != nil {
		_, d = h.Axes.Dims()
	}
	return checkAxes("Householder", h.Axes, d)
}

func (h *Householder) apply(x autodiff.Var, reverse bool) autodiff.Var {
	_, d := h.Axes.Dims()
	wantCols("Householder", x, d)
	return reflect(x, x.Tape().Use(h.Axes), reverse)
}

// Forward returns H(vₖ)···H(v₁)·x.
func (h *Householder) Forward(x autodiff.Var) autodiff.Var { return h.apply(x, false) }

// Inverse returns H(v₁)···H(vₖ)·y.
func (h *Householder) Inverse(y autodiff.Var) autodiff.Var { return h.apply(y, true) }

// ILDJ returns 0.
func (h *Householder) ILDJ(y autodiff.Var) autodiff.Var { return zero(y) }
