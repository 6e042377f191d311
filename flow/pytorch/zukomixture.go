package pytorch

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
)

// zukoMixture reads a GMM without context: logits, means, logarithms of the factors' diagonals, and what stands below these.
func (w *weights) zukoMixture(p string) dist.Distribution {
	shape := w.shape(p+"phi.1", 2)
	k, d := shape[0], shape[1]
	loc, diagonal := w.floats(p+"phi.1", k, d), exps(w.floats(p+"phi.2", k, d))
	m := &dist.Mixture{Logits: autodiff.Learned(w.floats(p+"phi.0", k)...)}
	eps := w.float(p, "epsilon", 1e-6)
	w.asked("the epsilon of the mixture", `Settings.Modules["base"].Attributes["epsilon"], such as 1e-6`)
	for i := range diagonal {
		diagonal[i] += eps
	}
	var below []float64
	n := d * (d - 1) / 2
	full := w.holds(p + "phi.3")
	if full && n > 0 {
		below = w.floats(p+"phi.3", k, n)
	} else if full {
		w.ignore(p + "phi.3")
	}
	for i := range k {
		mean, scale := loc[i*d:(i+1)*d], diagonal[i*d:(i+1)*d]
		if !full {
			m.Parts = append(m.Parts, dist.NewNormal(d, autodiff.Learned(mean...), autodiff.Learned(scale...)))
			continue
		}
		l := autodiff.NewParam(d, d, nil)
		for r := range d {
			l.Data()[r*d+r] = scale[r]
			below = below[copy(l.Data()[r*d:r*d+r], below):]
		}
		m.Parts = append(m.Parts, restored(&dist.MultivariateNormal{Loc: autodiff.Learned(mean...), L: l}))
	}
	return restored(m)
}
