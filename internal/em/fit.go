package em

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
)

// MinDF is the smallest number of degrees of freedom, MaxDF the one from which on the
// components are normal.
const (
	MinDF = 0.7
	MaxDF = 1000
)

// Options say how a model is fitted.
type Options struct {
	Prior     Prior
	Tolerance float64 // of the log-likelihood, in nats per row
	Steps     int     // at most
	FixDF     bool    // the degrees of freedom stay
}

// A Budget counts multiply-adds down. A fit whose budget is spent ends where it is. nil
// has no end.
type Budget struct{ Left float64 }

func (b *Budget) spend(work float64) {
	if b != nil {
		b.Left -= work
	}
}

// Spent reports whether nothing is left.
func (b *Budget) Spent() bool { return b != nil && b.Left <= 0 }

// Fit improves the model by EM until three rounds gain less than the tolerance each, and
// returns the log-likelihood with the logarithm of the prior, up to a constant: a sequence
// that never decreases.
func Fit(rows *Rows, m *Model, o Options, budget *Budget) float64 {
	p := newPass(rows, m.K, o.Prior)
	tails := tails{damp: 1, fixed: o.FixDF}
	last, mark := math.Inf(-1), math.Inf(-1)
	for step := range o.Steps {
		turn := step%3 == 1 && !m.Normal() // of the tails
		if turn {
			p.run(m, p.addTails)
		} else {
			p.run(m, p.addMoments)
		}
		budget.spend(p.work())
		now := p.logLik + p.logPrior
		if !tails.accept(m, now >= last) {
			continue
		}
		last = now
		if step%3 == 0 {
			if now-mark < 3*o.Tolerance*rows.Total || budget.Spent() {
				break
			}
			mark = now
		}
		if turn {
			tails.step(m, p)
		} else {
			p.maximise(m)
		}
	}
	return last
}

// LogLik returns the log-likelihood of a model.
func LogLik(rows *Rows, m *Model, budget *Budget) float64 {
	p := newPass(rows, m.K, Prior{})
	p.run(m, nil)
	budget.spend(p.work())
	return p.logLik
}

// maximise sets weights, locations and scales to what maximises the expected log-density.
func (p *pass) maximise(m *Model) {
	d, f := m.D, features(m.D)
	factor := 1.0
	if !m.Normal() {
		factor = (m.DF + float64(d)) / m.DF
	}
	for k := range m.K {
		m.Weight[k] = max(p.count[k]/p.rows.Total, 1e-300)
		sums, loc := p.sums[k*f:(k+1)*f], m.loc(k)
		if sums[0] < 1e-12 {
			continue
		}
		for j := range loc {
			loc[j] = sums[1+j] / sums[0]
		}
		p.setScale(m.scale(k), sums, loc, factor, 1/(p.count[k]+p.a))
	}
}

// setScale sets Σ to (factor·scatter + prior)·by.
func (p *pass) setScale(scale, sums, loc []float64, factor, by float64) {
	d := len(loc)
	at := 1 + d
	for i := range d {
		for j := i; j < d; j++ {
			s := kernel.FMA(-sums[1+i], loc[j], sums[at])
			if i == j {
				s = max(s, 0)
			}
			v := kernel.FMA(factor, s, p.b[i*d+j]) * by
			if i != j {
				v *= p.keep
			}
			scale[i*d+j] = v
			scale[j*d+i] = v
			at++
		}
	}
}
