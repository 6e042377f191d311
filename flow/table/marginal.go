package table

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/flow/calibration"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/special"
)

// Marginal returns the log-density of the values that each row has as the integral of the joint density over its blanks, by importance
// sampling: blanks are drawn so many times given what the row has, and weighed by the joint density over that of the draw. SE is the standard error
// of the logarithm, 0 for rows without blanks. [Model.Score] needs no draws, and differs from it as far as the networks' conditional distributions
// do not fit together.
//
// A text that is no value of its column counts as a blank. It costs 2·draws passes of the networks for each column, and panics unless there are at least two draws.
func (m *Model) Marginal(t *Table, draws int, src rand.Source) ([]calibration.Estimate, error) {
	if draws < 2 {
		panic(fmt.Sprintf("table: Marginal: got %d draws, want at least 2", draws))
	}
	rows, _, _, err := m.encodeAll(t)
	if err != nil {
		return nil, fmt.Errorf("table: Marginal: %w", err)
	}
	src = rng.Or(src)
	all := make([]calibration.Estimate, len(rows))
	for i, row := range rows {
		if !slices.ContainsFunc(row, math.IsNaN) {
			lp := make([]float64, 1)
			m.joint.chain(lp, rows[i:i+1], nil, nil)
			all[i].Value = lp[0]
			continue
		}
		copies := matrix(draws, len(row))
		logQ := make([]float64, draws)
		r := rng.Split(src)
		full := make([]float64, draws)
		for k := range copies {
			copy(copies[k], row)
		}
		m.joint.spread(row, draws, r, false, func(col int, values, lps []float64) {
			for k, v := range values {
				copies[k][col] = v
				logQ[k] += lps[k]
			}
		})
		m.joint.chain(full, copies, nil, nil)
		all[i] = meanOf(full, logQ)
	}
	return all, nil
}

// meanOf returns the logarithm of the mean of exp(p − q), and its error.
func meanOf(p, q []float64) calibration.Estimate {
	top := math.Inf(-1)
	for k := range p {
		p[k] -= q[k]
		top = max(top, p[k])
	}
	if math.IsInf(top, -1) {
		return calibration.Estimate{Value: top}
	}
	var sum, squares float64
	for _, w := range p {
		w = special.Exp(w - top)
		sum, squares = sum+w, squares+w*w
	}
	n := float64(len(p))
	mean := sum / n
	return calibration.Estimate{Value: top + special.Log(mean), SE: math.Sqrt(max(squares/n-mean*mean, 0)/(n-1)) / mean}
}
