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

// nll returns the weighted mean NLL of data in memory.
func (m *Transformed) nll(d *train.Memory) float64 {
	if d.Contexts != nil {
		m = m.Given(d.Contexts)
	}
	var sum, weight float64
	for i, lp := range m.LogProbs(nil, d.Rows) {
		w := 1.0
		if d.Weights != nil {
			w = d.Weights[i]
		}
		sum -= float64(w * lp)
		weight += w
	}
	return sum / weight
}
