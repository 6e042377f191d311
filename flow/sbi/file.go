package sbi

import (
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/need"
)

// A record is the section of a posterior in the file of its direct model.
type record struct {
	Prior      dist.Distribution
	Likelihood dist.Distribution // nil for none
	Valid      dist.Distribution // nil for the prior
	Outcome    *outcome
	Powers     []float64
	Weight     float64 // of the likelihood in files of version 1, which have no powers
	Summary    bool    // the model sees observations through their summary
}

func init() {
	flow.RegisterSection(flow.Section{Name: "sbi.posterior", Version: 2, Type: (*record)(nil)})
}

// Flow returns p(θ | x) alone as a model that takes x as context: without the likelihood, faster, and less exact. It shares
// the parameters of p.
func (p *Posterior) Flow() *flow.Transformed {
	m := p.Direct
	if p.summary != nil {
		m = flow.New(dist.NewEmbedded(p.summary, m))
	}
	return m.Then(p.space.Map)
}

// Save writes the posterior to one file. [Load] reads it, and [flow.Load] its p(θ | x), see [Posterior.Flow]. It returns an
// error if the prior is of a type that is not the library's nor registered by [flow.Register].
func (p *Posterior) Save(w io.Writer) error {
	m := p.Flow()
	r := &record{Prior: p.space.Prior, Outcome: p.outcome, Powers: p.Powers, Summary: p.summary != nil}
	if p.Likelihood != nil {
		r.Likelihood = p.Likelihood
	}
	if p.valid != nil {
		r.Valid = p.valid
	}
	m.Attach(r)
	return m.Save(w)
}

// Load reads a posterior that [Posterior.Save] has written.
func Load(r io.Reader) (*Posterior, error) {
	need.One("sbi: Load", "reader", r)
	m, err := flow.Load(r)
	if err != nil {
		return nil, fmt.Errorf("sbi: Load: %w", err)
	}
	var rec *record
	if !m.Section(&rec) {
		return nil, errors.New("sbi: Load: got a model that is no posterior of this package")
	}
	p, err := rec.posterior(m)
	if err != nil {
		return nil, fmt.Errorf("sbi: Load: %w", err)
	}
	return p, nil
}

// posterior puts the posterior together again, whose direct model ends with the prior's map.
func (r *record) posterior(m *flow.Transformed) (*Posterior, error) {
	if r.Prior == nil {
		return nil, errors.New("got no prior")
	}
	s, err := newSpace(r.Prior)
	if err != nil {
		return nil, err
	}
	p := &Posterior{space: s, outcome: r.Outcome, Powers: r.Powers}
	if len(m.Map) == 0 || m.Dim() != r.Prior.Dim() {
		return nil, fmt.Errorf("got a model of %d columns with %d maps, want a prior's %d and a map to it", m.Dim(), len(m.Map), r.Prior.Dim())
	}
	p.Direct = flow.New(m.Base, m.Map[:len(m.Map)-1]...)
	if r.Summary {
		e, ok := m.Base.(*dist.Embedded)
		if ok {
			p.summary = e.Net
			p.Direct, ok = e.Of.(*flow.Transformed)
		}
		if !ok || len(m.Map) != 1 {
			return nil, fmt.Errorf("got a model on a %T with %d maps, want one behind a summary", m.Base, len(m.Map))
		}
	}
	return p, r.check(p)
}

// check sets the likelihood and returns an error if parts do not fit together.
func (r *record) check(p *Posterior) error {
	var ok bool
	if r.Valid != nil {
		if p.valid, ok = r.Valid.(*flow.Transformed); !ok || p.valid.Dim() != p.Direct.Dim() {
			return fmt.Errorf("got a density of parameters of type %T, want a flow of %d columns", r.Valid, p.Direct.Dim())
		}
	}
	if p.outcome != nil {
		if err := p.outcome.checkFixed(p.Direct.CondDim()); err != nil {
			return err
		}
	}
	if r.Likelihood == nil {
		return nil
	}
	p.Likelihood, ok = r.Likelihood.(*flow.Transformed)
	if !ok || p.outcome == nil {
		return fmt.Errorf("got a likelihood of type %T, observations (none: %t), want a flow and observations", r.Likelihood, p.outcome == nil)
	}
	if p.Likelihood.CondDim() != r.Prior.Dim() {
		return fmt.Errorf("got a likelihood of %d parameters and a prior of %d, want as many", p.Likelihood.CondDim(), r.Prior.Dim())
	}
	p.stack = newStack(p.Likelihood)
	if n := len(p.stack.parts); len(p.Powers) != 2 && len(p.Powers) != n+2 {
		return fmt.Errorf("got %d powers and a likelihood of %d parts, want 2 or one more for each: it has to be learned again if it is of an earlier version", len(p.Powers), n)
	}
	for _, power := range p.Powers {
		if !(power >= 0 && power < math.MaxFloat64) {
			return fmt.Errorf("got powers %v, want numbers of at least 0", p.Powers)
		}
	}
	return p.outcome.check(p.Likelihood.Dim(), p.Direct.CondDim())
}
