package main

import (
	"math"

	"github.com/normflow/normflow/flow/calibration"
	"github.com/normflow/normflow/flow/table"
)

// judged is how many held-out rows the probabilities are judged by at most.
const judged = 500

// reliability compares the probabilities of categories and levels, given the other columns of held-out rows, with how often they were right; nil
// if the table has no such columns.
func reliability(m *table.Model, held *table.Table) (*calibration.ReliabilityCurve, error) {
	x, err := m.Schema().Encode(held)
	if err != nil {
		return nil, err
	}
	var stated []float64
	var happened []bool
	for i, row := range held.Rows[:min(len(held.Rows), judged)] {
		for j, c := range m.Schema().Columns {
			if c.Kind != table.Category && c.Kind != table.Binary && c.Kind != table.Levels || math.IsNaN(x.At(i, j)) {
				continue
			}
			others := map[string]string{}
			for k, name := range held.Names {
				if col := m.Schema().Find(name); col != j && !math.IsNaN(x.At(i, col)) {
					others[name] = row[k]
				}
			}
			d, err := m.Conditional(c.Name, others)
			if err != nil {
				return nil, err
			}
			for k, p := range d.Probabilities {
				value := float64(k)
				if c.Kind == table.Levels {
					value = c.Atoms[k]
				}
				stated, happened = append(stated, p), append(happened, x.At(i, j) == value)
			}
		}
	}
	if len(stated) == 0 {
		return nil, nil
	}
	return calibration.Reliability(stated, happened, 20), nil
}
