package flow

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/train"
)

// likelihood is the loss of maximum likelihood: −log p.
func likelihood(m *Transformed) train.Loss {
	return func(t *autodiff.Tape, y, c autodiff.Var) autodiff.Var {
		return m.logDensity("Fit", y, c).Neg()
	}
}

// validate returns the weighted mean NLL of the held-out rows.
func (f *fit) validate() float64 {
	lps := f.logProbs(f.held)
	if f.futility != nil {
		f.futility.see(lps)
		lps = f.futility.judged()
	}
	var sum, weight float64
	for i, lp := range lps {
		w := 1.0
		if f.held.Weights != nil {
			w = f.held.Weights[i]
		}
		sum -= float64(w * lp)
		weight += w
	}
	return sum / weight
}
