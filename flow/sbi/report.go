package sbi

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/normflow/normflow/flow"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// A Report tells what [Learn] saw and made.
type Report struct {
	Simulations int    // that were learned from
	Failed      int    // that failed
	Failure     string // what was wrong with the first of them
	// Posterior and Likelihood are the reports on p(θ | x) and p(x | θ). The rows of the first are
	// numbers without bounds in place of θ, those of the second logarithms of skewed columns.
	Posterior, Likelihood *flow.Report
	// Weight is how much the likelihood counts in the posterior, 0 for not at all: its share of the powers, found on Pairs simulations
	// that neither model has seen.
	Weight float64
	Pairs  int
	// NLL is that of these pairs' parameters by the posterior as it is, Direct by p(θ | x) alone,
	// ByLikelihood by prior and likelihood, in nats. Without a likelihood the first two are those of all
	// held-out simulations, and the last is NaN.
	NLL, Direct, ByLikelihood float64
	Warnings                  []string
}

func (r *Report) warn(format string, args ...any) {
	r.Warnings = append(r.Warnings, fmt.Sprintf(format, args...))
}

// toParameters sets the NLL to that of all held-out parameters by p(θ | x).
func (r *Report) toParameters(s *space, sims *Simulations) {
	slope := stat.Mean(s.slope(pick(sims.Theta, r.Posterior.HeldRows)), nil)
	r.NLL = r.Posterior.NLL - slope
	r.Direct, r.ByLikelihood = r.NLL, math.NaN()
}

// String returns the report as text of a few lines.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d simulations", r.Simulations)
	if r.Failed > 0 {
		fmt.Fprintf(&b, ", and %d that failed, the first with %s", r.Failed, r.Failure)
	}
	fmt.Fprintf(&b, "\np(θ | x): NLL %.4f ± %.4f nats on %d held-out pairs\n", r.Posterior.NLL, r.Posterior.SE, len(r.Posterior.HeldRows))
	if r.Likelihood != nil {
		fmt.Fprintf(&b, "p(x | θ): NLL %.4f ± %.4f nats\n", r.Likelihood.NLL, r.Likelihood.SE)
	}
	if r.Pairs > 0 {
		fmt.Fprintf(&b, "on %d of the pairs: NLL %.4f by p(θ | x), %.4f by prior and likelihood, %.4f pooled, with a share of %.2f of the likelihood\n",
			r.Pairs, r.Direct, r.ByLikelihood, r.NLL, r.Weight)
	}
	for _, w := range r.Warnings {
		fmt.Fprintf(&b, "note: %s\n", w)
	}
	return b.String()
}

func (s *Simulations) count() int {
	n, _ := s.Theta.Dims()
	return n
}

// check returns an error for simulations that do not fit the simulator.
func (s *Simulations) check(of *Simulator) error {
	if s.Theta == nil || s.X == nil {
		return errors.New("got no simulations, want parameters and observations")
	}
	n, d := s.Theta.Dims()
	m, w := s.X.Dims()
	if n != m || d != of.Prior.Dim() || w != of.Dim {
		return fmt.Errorf("got simulations of %d×%d parameters and %d×%d observations, want as many rows, and %d and %d columns", n, d, m, w, of.Prior.Dim(), of.Dim)
	}
	return nil
}

// rowOf is a row of m as a matrix.
func rowOf(m *mat.Dense, i int) *mat.Dense {
	_, d := m.Dims()
	return m.Slice(i, i+1, 0, d).(*mat.Dense)
}
