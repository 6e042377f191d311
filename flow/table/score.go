package table

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
)

// A Score says how likely a row is.
type Score struct {
	// LogProb is the log-density, in nats, of the values that the row has: its blanks are integrated out. It is in the columns' own units: a density
	// for numbers, a probability for categories, levels and atoms. It is −Inf for a category that was not seen and a number outside the support.
	LogProb float64
	// P is the share of rows, among those held out in the training and this one, that are at most as likely, blanks considered:
	// uniform for rows like these, and small for odd ones.
	P float64
	// Status is "ok", or says what is the matter with which columns: "missing", "unseen category", "not a number", "not a date",
	// "outside the support". What is no number or date counts as missing.
	Status string
}

// Score scores the rows of a table. Columns may be in another order than the model's, but must have the same names.
//
// It costs a pass of the networks for each column, in bounded memory beside the table.
func (m *Model) Score(t *Table) ([]Score, error) {
	rows, wrong, _, err := m.encodeAll(t)
	if err != nil {
		return nil, fmt.Errorf("table: Score: %w", err)
	}
	n, d := len(rows), m.joint.Dim()
	lps, terms := make([]float64, n), matrix(n, d)
	m.joint.chain(lps, rows, nil, terms)
	scores := make([]Score, n)
	for i, lp := range lps {
		for _, w := range wrong[i] {
			if w.what == unseen {
				lp = math.Inf(-1)
			}
		}
		scores[i] = Score{lp, m.p(lp, rows[i], terms[i]), m.joint.Schema.status(rows[i], wrong[i], terms[i])}
	}
	return scores, nil
}

func matrix(n, d int) [][]float64 {
	all, rows := make([]float64, n*d), make([][]float64, n)
	for i := range rows {
		rows[i] = all[i*d : (i+1)*d : (i+1)*d]
	}
	return rows
}

// conformity is by what rows with other blanks are compared: the log-density less what its columns have in the mean.
func (k *kept) conformity(row, terms []float64) (s float64) {
	for col, v := range row {
		if !math.IsNaN(v) {
			s += terms[col] - k.Means[col]
		}
	}
	return s
}

func (m *Model) p(lp float64, row, terms []float64) float64 {
	below := 0
	if !math.IsInf(lp, -1) {
		s := m.kept.conformity(row, terms)
		below = sort.Search(len(m.kept.Scores), func(i int) bool { return m.kept.Scores[i] > s })
	}
	return float64(below+1) / float64(len(m.kept.Scores)+1)
}

// status says in words what was wrong with a row.
func (s *Schema) status(row []float64, wrong []problem, terms []float64) string {
	words := map[string][]string{}
	for col, v := range row {
		c := &s.Columns[col]
		at := slices.IndexFunc(wrong, func(p problem) bool { return p.column == col })
		word := ""
		switch {
		case at >= 0 && wrong[at].what == unseen:
			word = "unseen category"
		case at >= 0 && c.Kind == Date:
			word = "not a date"
		case at >= 0:
			word = "not a number"
		case math.IsNaN(v) && c.atoms() == 1 && c.Other: // there is nothing to miss
		case math.IsNaN(v):
			word = "missing"
		case math.IsInf(terms[col], -1):
			word = "outside the support"
		}
		if word != "" {
			words[word] = append(words[word], c.Name)
		}
	}
	var parts []string
	for _, w := range []string{"unseen category", "not a number", "not a date", "outside the support", "missing"} {
		if len(words[w]) > 0 {
			parts = append(parts, w+": "+strings.Join(words[w], ", "))
		}
	}
	if len(parts) == 0 {
		return "ok"
	}
	return strings.Join(parts, "; ")
}

// LogProbGiven returns log p of the values that each row has in other columns than the given ones, given those that it has there. The networks know
// such conditional distributions as they do the joint density, but were not made to agree with it exactly: [Report.OrderGap] says how far they differ.
func (m *Model) LogProbGiven(t *Table, given []string) ([]float64, error) {
	rows, wrong, _, err := m.encodeAll(t)
	if err != nil {
		return nil, fmt.Errorf("table: LogProbGiven: %w", err)
	}
	known := make([]bool, m.joint.Dim())
	for _, name := range given {
		col := m.Schema().Find(name)
		if col < 0 {
			return nil, fmt.Errorf("table: LogProbGiven: the model has no column %q", name)
		}
		known[col] = true
	}
	lps := make([]float64, len(rows))
	m.joint.chain(lps, rows, known, nil)
	for i := range lps {
		for _, w := range wrong[i] {
			if w.what == unseen && !known[w.column] {
				lps[i] = math.Inf(-1)
			}
		}
	}
	return lps, nil
}

// An Explanation says which columns make a row odd.
type Explanation struct {
	// Contributions are how much less likely each value is, in nats, given all others of the row, than such values are in the mean: positive for odd
	// ones, 0 for blanks, Inf outside the support and for unseen categories.
	Contributions []float64
	// Expected are the texts that stand best in the value's place, given the others.
	Expected []string
}

// Explain explains the scores of a table's rows. It costs a pass of the networks for each column.
func (m *Model) Explain(t *Table) ([]Explanation, error) {
	rows, wrong, _, err := m.encodeAll(t)
	if err != nil {
		return nil, fmt.Errorf("table: Explain: %w", err)
	}
	all := make([]Explanation, len(rows))
	for i := range all {
		all[i] = Explanation{make([]float64, m.joint.Dim()), make([]string, m.joint.Dim())}
	}
	m.joint.others(rows, func(i, col int, lp float64, d *Conditional) {
		all[i].Contributions[col] = m.kept.Typical[col] - lp
		all[i].Expected[col] = d.Column.text(d.fill())
	})
	m.joint.fill(rows, func(i, col int, d *Conditional) { all[i].Expected[col] = d.Column.text(d.fill()) })
	for i, ws := range wrong {
		for _, w := range ws {
			if w.what == unseen {
				all[i].Contributions[w.column] = math.Inf(1)
			}
		}
	}
	return all, nil
}
