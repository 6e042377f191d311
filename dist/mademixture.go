package dist

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// MixtureHead is the [Head] of real numbers: a mixture of normal distributions,
//
//	p(x) = Σₖ wₖ·N(x | mₖ, sₖ²),  w = softmax(a),  sₖ = log(1 + exp(bₖ)) + MinScale
//
// Its raw parameters are a₁ …, m₁ …, b₁ ….
type MixtureHead struct {
	Components int
	MinScale   float64 // 0 is 0.01
}

// Restore checks the fields.
func (h MixtureHead) Restore() error {
	if h.Components < 1 || !(h.MinScale >= 0) || math.IsInf(h.MinScale, 1) {
		return fmt.Errorf("dist: MixtureHead: got %d components of scale at least %v, want at least 1 of a positive scale", h.Components, h.MinScale)
	}
	return nil
}

func (h MixtureHead) minScale() float64 {
	if h.MinScale == 0 {
		return 0.01
	}
	return h.MinScale
}

// Params returns 3·Components.
func (h MixtureHead) Params() int { return 3 * h.Components }

// Inputs returns 1.
func (h MixtureHead) Inputs() int { return 1 }

// Encode returns x.
func (h MixtureHead) Encode(x autodiff.Var) autodiff.Var { return x }

// LogDensities returns log p(x).
func (h MixtureHead) LogDensities(x, raw autodiff.Var) autodiff.Var {
	return mixtureHeadOp.Apply(x.Tape(), autodiff.Args{I: h.Components, A: h.minScale()}, x.Shape(), x, raw)
}

// Draw takes a component by u[i], and from it the quantile at the rest of u[i].
func (h MixtureHead) Draw(dst, raw, u []float64) {
	k := h.Components
	w, s := make([]float64, k), make([]float64, k)
	chosen := make([]float64, 2*len(dst))
	loc, scale := chosen[:len(dst)], chosen[len(dst):]
	for i := range dst {
		r := raw[i*3*k : (i+1)*3*k]
		softmax(w, r[:k])
		kernel.Softplus(s, r[2*k:])
		j, rest := chooseClass(w, u[i])
		loc[i], scale[i] = r[k+j], s[j]+h.minScale()
		dst[i] = min(max(rest, 0x1p-1022), 1-0x1p-53)
	}
	kernel.NormalQuantile(dst, dst)
	for i, z := range dst {
		dst[i] = kernel.FMA(scale[i], z, loc[i])
	}
}
