package flow

import (
	"fmt"

	"github.com/normflow/normflow/flow/calibration"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/train"
	"gonum.org/v1/gonum/mat"
)

// A coverage collects rows that a model has not seen, with draws of the model given the same contexts.
type coverage struct {
	truth, draws []float64 // log-densities: one of each row, and those of its draws
	infinite     int       // draws with infinite values
	src          *rng.Source
}

const (
	coverageRows  = 400 // at most
	coverageDraws = 20  // for each row
)

// cover tests the coverage of the held-out rows, whose log-densities are lp.
func (f *fit) cover(r *Result, lp []float64) {
	if f.held.Weights != nil {
		return
	}
	c := &coverage{src: rng.New(f.Seed)}
	n := min(len(lp), coverageRows)
	c.add(f.model, f.held.Pick(first(n)), lp[:n])
	r.Warnings = append(r.Warnings, c.warnings()...)
	r.Coverage = c.test()
}

// cover tests the coverage of the rows by the models of the folds that hold them out.
func (r *Report) cover(rows *train.Memory, seed uint64) {
	if rows.Weights != nil {
		return
	}
	lp := make(map[int]float64, len(r.HeldRows))
	for i, row := range r.HeldRows {
		lp[row] = r.LogProbs[i]
	}
	c := &coverage{src: rng.New(seed)}
	for _, h := range r.Held {
		some := h.Rows[:min(len(h.Rows), coverageRows/len(r.Held))]
		lps := make([]float64, len(some))
		for i, row := range some {
			lps[i] = lp[row]
		}
		c.add(h.Model, rows.Pick(some), lps)
	}
	r.Warnings = append(r.Warnings, c.warnings()...)
	r.Coverage = c.test()
}

// first returns 0 to n−1.
func first(n int) []int {
	index := make([]int, n)
	for i := range index {
		index[i] = i
	}
	return index
}

// add takes rows of log-densities lp under m.
func (c *coverage) add(m *Transformed, rows *train.Memory, lp []float64) {
	n := len(lp)
	if n == 0 {
		return
	}
	if rows.Contexts != nil {
		m = m.GivenEach(rows.Contexts, coverageDraws)
	}
	x := mat.NewDense(n*coverageDraws, m.Dim(), nil)
	m.Draw(x, c.src)
	for i := range n * coverageDraws {
		if !allFinite(x.RawRowView(i)) {
			c.infinite++
		}
	}
	c.truth = append(c.truth, lp...)
	c.draws = append(c.draws, m.LogProbs(nil, x)...)
}

// warnings warns of draws that are of no use.
func (c *coverage) warnings() []string {
	if c.infinite == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%d of %d samples of the model have infinite values: its tails are too heavy, as they may be where many rows share numbers; Data.Dequantized adds noise to these", c.infinite, len(c.draws))}
}

// test tests whether highest-density regions hold as many rows as they say; nil if there are none.
func (c *coverage) test() *calibration.Uniformity {
	if len(c.truth) == 0 {
		return nil
	}
	return calibration.Coverage(c.truth, mat.NewDense(len(c.truth), coverageDraws, c.draws), c.src)
}
