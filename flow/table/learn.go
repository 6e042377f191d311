package table

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/rng"
)

// Settings of Learn; the zero value and nil are good defaults.
type Settings struct {
	// Schema describes the columns; nil is what Infer returns. Columns of the table that it does not have are an error.
	Schema *Schema
	Seed   uint64
	// Steps bounds the steps of the optimizer for each network; 0 is a number that depends on the rows.
	Steps int
	// Report, if not nil, is called as the training goes, with the networks' records one after the other.
	Report func(flow.Record)
}

// A Report tells what Learn saw and did.
type Report struct {
	Schema   *Schema
	Rows     int
	Networks int
	// NLL is the mean of −log p of rows that a network had not seen, each scored by that network, in nats and the
	// columns' own units, and SE its standard error.
	NLL, SE float64
	// Independent and Mixture are the NLLs of held-out rows by independent columns and by a mixture of Components whose
	// columns are independent, normal distributions and probabilities: what a model should be better than.
	Independent, Mixture float64
	Components           int // of the last part of the rows
	// HeldRows are the rows that were held out and LogProbs their log-densities.
	HeldRows []int
	LogProbs []float64
	Order    []string // of the columns in the joint density, the best of a few for the held-out rows
	// OrderGap is the root of the mean square of the difference between log-densities of held-out rows in this order and in the
	// reverse one, in nats a row: how far the networks' conditional distributions are from those of one joint distribution.
	OrderGap float64
}

// String returns the report as text.
func (r *Report) String() string {
	var b strings.Builder
	b.WriteString(r.Schema.String())
	fmt.Fprintf(&b, "learned from %d rows, networks: %d\n−log-density of %d held-out rows: %.4f ± %.4f nats in the mean, lower is better; %.4f if columns were independent, %.4f by a mixture of %d components\n",
		r.Rows, r.Networks, len(r.HeldRows), r.NLL, r.SE, r.Independent, r.Mixture, r.Components)
	fmt.Fprintf(&b, "columns in the order %q; other orders differ by %.3f nats a row\n", r.Order, r.OrderGap)
	return b.String()
}

// newHeadFor returns what the network says of a column.
func newHeadFor(c *Column, numbers []float64, n int) head {
	h := head{Atoms: c.atoms()}
	if !c.Kind.numeric() {
		return h
	}
	h.Warp = newWarp(c, numbers)
	if c.Kind == Levels || c.Kind == Date && len(c.Atoms) > 0 {
		h.Warp.Form, h.Warp.Low, h.Warp.High = "linear", math.Inf(-1), math.Inf(1)
		h.Warp.standardise(numbers)
		return h
	}
	h.Step = c.Step
	switch {
	case n >= 5000:
		h.Comps = 10
	case n >= 1000:
		h.Comps = 6
	default:
		h.Comps = 4
	}
	if c.Kind == Date { // of which some seasons have more than others, every year
		years := (c.Most - c.Least) / 365.2425
		h.Comps = max(h.Comps, min(int(seasons*years), mostSeasons, n/seasonRows))
	}
	return h
}

// Components of a date: so many for a year, so many at most, and one for so many rows at most.
const seasons, mostSeasons, seasonRows = 6, 64, 60

func planFor(n, width, outputs int) *plan {
	p := &plan{batch: 64, steps: 3000, rate: 2e-3, decay: 0.2, average: 0.99, repeats: 8, hidden: []int{192, 192}, every: 50, patience: 12}
	switch {
	case n >= 20000:
		p.batch, p.steps, p.rate, p.decay, p.hidden, p.average, p.repeats, p.every, p.patience = 256, 24000, 2e-3, 0.02, []int{256, 256, 256}, 0.999, 1, 600, 12
	case n >= 5000:
		p.batch, p.steps, p.rate, p.decay, p.average, p.repeats, p.every, p.patience = 256, 6000, 1.5e-3, 0.02, 0.995, 2, 150, 10
	case n >= 1000:
		p.batch, p.steps, p.decay, p.hidden, p.repeats, p.every = 128, 8000, 0.02, []int{128, 128}, 4, 80
	}
	// Networks of many categories are large, and have fewer steps.
	size := width*p.hidden[0] + outputs*p.hidden[0] + width*outputs
	for _, h := range p.hidden[1:] {
		size += h * p.hidden[0]
	}
	p.steps = min(p.steps, max(2000, int(mostWork/(int64(p.batch)*int64(size)))))
	return p
}

// mostWork bounds the steps of a network times the rows of a batch times the weights.
const mostWork = 2e12

// Learn returns a model of the table's rows and a report.
func Learn(ctx context.Context, t *Table, s *Settings) (*Model, *Report, error) {
	need.One("table: Learn", "context.Context", ctx)
	need.One("table: Learn", "table", t)
	if s == nil {
		s = &Settings{}
	}
	m, r, err := learn(ctx, t, s)
	if err != nil {
		return nil, nil, fmt.Errorf("table: Learn: %w", err)
	}
	return m, r, nil
}

func learn(ctx context.Context, t *Table, s *Settings) (*Model, *Report, error) {
	if err := t.check(); err != nil {
		return nil, nil, err
	}
	if len(t.Rows) < 10 {
		return nil, nil, fmt.Errorf("got %d rows, want at least 10", len(t.Rows))
	}
	schema := s.Schema
	if schema == nil {
		var err error
		if schema, err = Infer(t); err != nil {
			return nil, nil, err
		}
	}
	if err := schema.check(); err != nil {
		return nil, nil, err
	}
	place, err := schema.places(t.Names)
	if err != nil {
		return nil, nil, err
	}
	rows := make([][]float64, len(t.Rows))
	for i, r := range t.Rows {
		rows[i], _ = schema.encode(r, place)
	}
	for col := range schema.Columns {
		c := &schema.Columns[col]
		if (c.Kind.numeric() || len(c.Levels) > 0) && !slices.ContainsFunc(rows, func(r []float64) bool { return !math.IsNaN(r[col]) }) {
			return nil, nil, fmt.Errorf("column %q has no value in any row", c.Name)
		}
	}
	if s.Schema != nil {
		schema = schema.measured(t, place, rows)
	}
	return fitJoint(ctx, newJoint(schema, rows), rows, s)
}

// measured returns a copy of a given schema with what the rows say: extremes, how many are blank, and how many decimals
// texts have where it does not say how numbers are written.
func (s *Schema) measured(t *Table, place []int, rows [][]float64) *Schema {
	m := &Schema{Columns: slices.Clone(s.Columns)}
	for col := range m.Columns {
		c := &m.Columns[col]
		least, most := math.Inf(1), math.Inf(-1)
		c.Blank = 0
		for i, r := range rows {
			if math.IsNaN(r[col]) {
				c.Blank++
				continue
			}
			least, most = min(least, r[col]), max(most, r[col])
			if c.Kind != Date && c.Kind.numeric() && !c.Fixed {
				if n, exponent := decimals(bare(strings.TrimSpace(t.Rows[i][place[col]]), c.Before, c.After), c.Comma); exponent {
					c.Decimals = allDecimals
				} else {
					c.Decimals = max(c.Decimals, min(n, allDecimals))
				}
			}
		}
		if c.Kind.numeric() {
			c.Least, c.Most = least, most
		}
	}
	return m
}

// newJoint returns a joint without networks.
func newJoint(s *Schema, rows [][]float64) *joint {
	j := &joint{Schema: s}
	for col := range s.Columns {
		var x []float64
		for _, r := range rows {
			if !math.IsNaN(r[col]) {
				x = append(x, r[col])
			}
		}
		j.Heads = append(j.Heads, newHeadFor(&s.Columns[col], x, len(rows)))
		j.Order = append(j.Order, col)
	}
	j.Pairs, j.Sums = findPairs(s, j.Heads, rows), findSums(s, j.Heads, rows)
	j.prepare()
	return j
}

// leastBlanks is how often a column must be blank for the networks to be told so.
const leastBlanks = 5

func (j *joint) findBlanks(rows [][]float64) {
	for col := range j.Heads {
		n := 0
		for _, r := range rows {
			if math.IsNaN(r[col]) {
				n++
			}
		}
		if n >= leastBlanks {
			j.Blanks = append(j.Blanks, col)
		}
	}
	j.prepare()
}

// fitJoint trains the networks: below 4000 rows one for each of five folds, below 20,000 three, each without a tenth of the rows, and else one.
func fitJoint(ctx context.Context, j *joint, rows [][]float64, s *Settings) (*Model, *Report, error) {
	j.findBlanks(rows)
	e := newExamples(j, rows)
	n := len(rows)
	src := rng.New(s.Seed)
	order := rand.New(src.Split()).Perm(n)
	folds, parts := 5, 5
	switch {
	case n >= 20000:
		folds, parts = 1, 10
	case n >= 4000:
		folds, parts = 3, 10
	}
	p := planFor(n, j.features.width, j.heads.width)
	if s.Steps > 0 {
		p.steps = s.Steps
		p.every = max(1, min(p.every, p.steps/10))
	}
	r := &Report{Schema: j.Schema, Rows: n, Networks: folds}
	heldRows := make([][]int, folds)
	for k := range folds {
		var use, held []int
		for i, row := range order {
			if i%parts == k {
				held = append(held, row)
			} else {
				use = append(use, row)
			}
		}
		m, _, err := e.fitMember(ctx, p, use, held, src.Uint64(), s.reporter(k, folds))
		if err != nil {
			return nil, nil, err
		}
		j.Nets = append(j.Nets, m)
		j.Weights = append(j.Weights, 1/float64(folds))
		heldRows[k] = held
		e.yardsticks(r, use, held, 1/float64(folds), src.Uint64())
	}
	if err := j.Restore(); err != nil {
		return nil, nil, err
	}
	k := e.judge(r, heldRows)
	if math.IsNaN(r.NLL) {
		return nil, nil, errors.New("got no finite log-density of held-out rows")
	}
	for _, col := range j.Order {
		r.Order = append(r.Order, j.Schema.Columns[col].Name)
	}
	return &Model{j, k}, r, nil
}

// reporter returns what shows the records of network k of so many: as those of one training.
func (s *Settings) reporter(k, networks int) func(flow.Record) {
	if s.Report == nil {
		return nil
	}
	return func(r flow.Record) {
		r.Step, r.Steps = r.Step+k*r.Steps, networks*r.Steps
		s.Report(r)
	}
}

// alone returns the joint by one network.
func (j *joint) alone(k int) *joint {
	one := *j
	one.Nets, one.parts, one.Weights = j.Nets[k:k+1], j.parts[k:k+1], []float64{1}
	return &one
}
