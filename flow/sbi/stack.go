package sbi

import (
	"math"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// A stack is a likelihood by the models that it is a mixture of.
type stack struct {
	parts      []*flow.Transformed // whole models of an observation given parameters
	logWeights []float64
	of         []dist.Distribution // what the parts are made of, by which they are known again
}

// newStack takes apart what [flow.Learn] returns: maps of a mixture, maybe behind a network for its context. A model that is
// no mixture is one part.
func newStack(m *flow.Transformed) *stack {
	base := m.Base
	embedded, _ := base.(*dist.Embedded)
	if embedded != nil {
		base = embedded.Of
		if t, ok := base.(*flow.Transformed); ok && len(t.Map) == 0 {
			base = t.Base
		}
	}
	mix, ok := base.(*dist.Mixture)
	if !ok {
		return &stack{parts: []*flow.Transformed{m}, logWeights: []float64{0}, of: []dist.Distribution{m.Base}}
	}
	s := &stack{of: mix.Parts}
	logits := mix.Logits.Numbers()
	total := logSumExp(logits)
	for k, part := range mix.Parts {
		if c, ok := part.(dist.Conditional); ok && embedded != nil && c.CondDim() > 0 {
			part = dist.NewEmbedded(embedded.Net, part)
		}
		s.parts = append(s.parts, flow.New(part).Then(m.Map...))
		s.logWeights = append(s.logWeights, logits[k]-total)
	}
	return s
}

// logProbs returns the log-densities of rows given contexts, one or as many, by each part that counts, nil for all.
func (s *stack) logProbs(rows, contexts *mat.Dense, counts []bool) [][]float64 {
	lps := make([][]float64, len(s.parts))
	for k, part := range s.parts {
		if counts != nil && !counts[k] {
			continue
		}
		if part.CondDim() > 0 {
			part = part.Given(contexts)
		}
		lps[k] = part.LogProbs(nil, rows)
	}
	return lps
}

// mixed returns those by the mixture, from those by each part.
func (s *stack) mixed(lps [][]float64) []float64 {
	all, terms := make([]float64, len(lps[0])), make([]float64, len(lps))
	for i := range all {
		for k, lp := range lps {
			terms[k] = s.logWeights[k] + lp[i]
		}
		all[i] = logSumExp(terms)
	}
	return all
}

// spread returns the powers of candidates as those of the parts of s. A candidate is a part of the fold's stack, and in s it is
// the same model and those of the other folds behind it, which share its power, or one that was fitted again to all rows.
func (s *stack) spread(powers []float64, fold *stack, folds int) []float64 {
	var all []float64
	for k, power := range powers {
		n := 1
		if at := len(all); at < len(s.of) && s.of[at] == fold.of[k] {
			n = folds
		}
		for range n {
			all = append(all, power/float64(n))
		}
	}
	if len(powers) > 0 && len(all) != len(s.parts) {
		panic("sbi: a fold and the whole are not of the same candidates")
	}
	return all
}

// logSumExp returns log Σ eᵛ, of v that are numbers or −Inf; a NaN counts as −Inf.
func logSumExp(v []float64) float64 {
	top := math.Inf(-1)
	for _, v := range v {
		if v > top {
			top = v
		}
	}
	if math.IsInf(top, 0) {
		return top
	}
	sum := 0.0
	for _, v := range v {
		if !math.IsNaN(v) {
			sum += special.Exp(v - top)
		}
	}
	return top + special.Log(sum)
}
