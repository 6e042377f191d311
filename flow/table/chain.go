package table

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/parallel"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/special"
)

// chunk is how many rows go through the networks at a time.
const chunk = 256

// run calls f with the outputs of all networks for each of n rows of features, which hold until f returns.
func (j *joint) run(x []float64, n int, f func(i int, outs [][]float64)) {
	all := make([]*member, len(j.Nets))
	for k := range all {
		all[k] = &j.Nets[k]
	}
	j.through(all, x, n, j.heads.width, f)
}

// runColumn is run for the outputs of one column, at less cost.
func (j *joint) runColumn(col int, x []float64, n int, f func(i int, outs [][]float64)) {
	all := make([]*member, len(j.Nets))
	for k := range all {
		all[k] = &j.parts[k][col]
	}
	j.through(all, x, n, j.Heads[col].width(), f)
}

func (j *joint) through(nets []*member, x []float64, n, width int, f func(i int, outs [][]float64)) {
	t := autodiff.Borrow()
	t.Share(j.shared)
	defer func() {
		t.Share(nil)
		t.Release()
	}()
	in := t.View(n, j.features.width, x)
	data := make([][]float64, len(nets))
	for k, m := range nets {
		data[k] = m.apply(in).Data()
	}
	outs := make([][]float64, len(nets))
	for i := range n {
		for k := range outs {
			outs[k] = data[k][i*width : (i+1)*width]
		}
		f(i, outs)
	}
}

// column returns the outputs for a column of all outputs.
func (j *joint) column(col int, outs [][]float64) [][]float64 {
	part := make([][]float64, len(outs))
	for k, out := range outs {
		part[k] = out[j.heads.at[col]:][:j.Heads[col].width()]
	}
	return part
}

// conditional returns the distribution of a column by the networks' outputs for it.
func (j *joint) conditional(col int, outs [][]float64) *Conditional {
	return newConditional(&j.Schema.Columns[col], &j.Heads[col], outs, j.Weights)
}

// logProb is like conditional's LogProb.
func (j *joint) logProb(col int, outs [][]float64, v float64, work []float64) float64 {
	h := &j.Heads[col]
	t, ok := j.Schema.Columns[col].target(h, v)
	if !ok {
		return math.Inf(-1)
	}
	if len(outs) == 1 {
		return h.logProb(outs[0], &t, nil, work)
	}
	best, lps := math.Inf(-1), make([]float64, len(outs))
	for k, out := range outs {
		lps[k] = h.logProb(out, &t, nil, work) + special.Log(j.Weights[k])
		best = max(best, lps[k])
	}
	if math.IsInf(best, -1) {
		return best
	}
	var sum float64
	for _, lp := range lps {
		sum += special.Exp(lp - best)
	}
	return best + special.Log(sum)
}

// chain sets dst to the log-density of the values that rows have, NaN standing for none, given those of the columns in given; terms, if not
// nil, to each column's part of it.
func (j *joint) chain(dst []float64, rows [][]float64, given []bool, terms [][]float64) {
	parallel.Pieces(len(rows), chunk, func(from, to int) {
		n, f := to-from, j.features
		x := make([]float64, n*f.width)
		work := make([]float64, j.heads.work)
		clear(dst[from:to])
		for col, known := range given {
			for i := range n {
				if known {
					f.set(x[i*f.width:(i+1)*f.width], col, rows[from+i][col])
				}
			}
		}
		for _, col := range j.Order {
			if given != nil && given[col] {
				continue
			}
			j.runColumn(col, x, n, func(i int, outs [][]float64) {
				v := rows[from+i][col]
				if math.IsNaN(v) {
					return
				}
				lp := j.logProb(col, outs, v, work)
				dst[from+i] += lp
				if terms != nil {
					terms[from+i][col] = lp
				}
			})
			for i := range n {
				f.set(x[i*f.width:(i+1)*f.width], col, rows[from+i][col])
			}
		}
	})
}

// others calls f with the log-density of each value that rows have given all others, and with its distribution.
func (j *joint) others(rows [][]float64, f func(i, col int, lp float64, d *Conditional)) {
	parallel.Pieces(len(rows), chunk, func(from, to int) {
		n, w := to-from, j.features.width
		x := make([]float64, n*w)
		work := make([]float64, j.heads.work)
		for col := range j.Heads {
			for i := range n {
				v := rows[from+i][col]
				rows[from+i][col] = math.NaN()
				j.features.row(x[i*w:(i+1)*w], rows[from+i])
				rows[from+i][col] = v
			}
			j.runColumn(col, x, n, func(i int, outs [][]float64) {
				if v := rows[from+i][col]; !math.IsNaN(v) {
					f(from+i, col, j.logProb(col, outs, v, work), j.conditional(col, outs))
				}
			})
		}
	})
}

// complete draws the values that rows do not have, in place, in the order of the columns, each given all that are known. With blanks, which
// has the columns of each row that are blank, these stay so and the others are drawn given that they are.
func (j *joint) complete(rows [][]float64, blanks [][]int, src rand.Source) {
	keys := make([]uint64, (len(rows)+chunk-1)/chunk)
	for i := range keys {
		keys[i] = src.Uint64()
	}
	parallel.Pieces(len(rows), chunk, func(from, to int) {
		n, f := to-from, j.features
		own := rng.New(keys[from/chunk])
		x := make([]float64, n*f.width)
		for i := range n {
			one := x[i*f.width : (i+1)*f.width]
			f.row(one, rows[from+i])
			if blanks != nil {
				f.tell(one, func(col int) bool { return slices.Contains(blanks[from+i], col) })
			}
		}
		need := make([]int, 0, n)
		part := make([]float64, 0, n*f.width)
		for _, col := range j.Order {
			need, part = need[:0], part[:0]
			for i := range n {
				if math.IsNaN(rows[from+i][col]) && (blanks == nil || !slices.Contains(blanks[from+i], col)) {
					need = append(need, i)
					part = append(part, x[i*f.width:(i+1)*f.width]...)
				}
			}
			if len(need) == 0 {
				continue
			}
			j.runColumn(col, part, len(need), func(k int, outs [][]float64) {
				i := need[k]
				v := j.conditional(col, outs).Draw(own)
				rows[from+i][col] = v
				f.set(x[i*f.width:(i+1)*f.width], col, v)
			})
		}
	})
}
