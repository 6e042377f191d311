package flow

import (
	"fmt"
	"math"
	"slices"

	"github.com/normflow/normflow/internal/special"
	"github.com/normflow/normflow/internal/train"
	"gonum.org/v1/gonum/mat"
)

// A ColumnReport is what [Learn] saw in a column of the data.
type ColumnReport struct {
	Min, Median, Max float64
	Distinct         int     // values
	Constant         bool    // all rows have the same value
	Whole            bool    // all are whole numbers
	Step             float64 // of the grid on which the values lie, see [Grid]; 0 if there is none
	// Atoms are the values that a twentieth of the rows or more have in a column without a grid, such as
	// zeros among amounts: package table gives such a probability of their own.
	Atoms []float64
	// Tied is the share of the rows whose value another row has.
	Tied float64
	// Tail is about the number of moments that exist, by B. Hill's estimator of the heavier tail
	// over a twentieth of the rows: below 3 or so tails are heavy. It is +Inf for fewer than 100
	// rows, and where values are tied there.
	Tail float64
	// Decades is how many powers of ten positive values span; 0 if some are not positive.
	Decades float64
}

// look describes the columns.
func (r *Report) look(d *train.Memory) {
	n, cols := d.Rows.Dims()
	_, cond := d.Dims()
	r.Rows, r.Context = n, cond
	r.Columns = make([]ColumnReport, cols)
	var tied, grid, atoms, heavy, constant []int
	for j := range cols {
		c := describeColumn(mat.Col(nil, j, d.Rows))
		r.Columns[j] = c
		switch {
		case c.Constant:
			constant = append(constant, j)
		case c.Tied > mostTied:
			tied = append(tied, j)
			if c.Step > 0 {
				grid = append(grid, j)
			}
			if len(c.Atoms) > 0 {
				atoms = append(atoms, j)
			}
		}
		if c.Tail < 3 {
			heavy = append(heavy, j)
		}
	}
	if len(constant) > 0 {
		r.warn("columns %v are constant: the model has a point mass there, and rows with another number have density 0", constant)
	}
	if len(tied) > 0 {
		r.warn("columns %v have numbers that many rows share: a density can gain there by spikes, and its NLL has no floor; it is a density of real numbers, not a probability of these", tied)
	}
	if len(grid) > 0 {
		r.warn("columns %v have numbers on a grid, such as whole numbers: with noise of its step, Data.Dequantized(Grid(x)...), log p has a floor and bounds the log-probability of these", grid)
	}
	if len(atoms) > 0 {
		r.warn("columns %v have values of their own among others, such as %v in column %d: package table gives these a probability, and the others a density", atoms, r.Columns[atoms[0]].Atoms[0], atoms[0])
	}
	if len(heavy) > 0 {
		r.warn("columns %v have heavy tails", heavy)
	}
	r.lookAtRows(d)
}

// lookAtRows warns of what rows are together.
func (r *Report) lookAtRows(d *train.Memory) {
	n, cols := d.Rows.Dims()
	if also := dependent(d.Rows); len(also) > 0 {
		r.warn(dependence, columns(also))
	}
	if k := copies(d); float64(k) > mostTied*float64(n) {
		r.warn("%d of %d rows are copies of others: rows that are held out may have been learned from, and new rows may be less likely than these", k, n)
	}
	if n < 10*cols {
		r.warn("%d rows are few for %d columns", n, cols)
	}
}

func (r *Report) warn(format string, args ...any) {
	r.Warnings = append(r.Warnings, fmt.Sprintf(format, args...))
}

const dependence = "columns %s are linear functions of columns before them: the rows fill no volume, and the NLL has no floor; leave these columns out"

// mostTied is the share of rows with a value of others up to which ties count as chance.
const mostTied = 0.05

func describeColumn(x []float64) ColumnReport {
	slices.Sort(x)
	n := len(x)
	c := ColumnReport{Min: x[0], Median: quantile(x, 0.5), Max: x[n-1], Whole: true, Tail: tailIndex(x)}
	tied := 0
	for i := 0; i < n; {
		j := i + 1
		for j < n && x[j] == x[i] {
			j++
		}
		c.Distinct++
		if j > i+1 {
			tied += j - i
		}
		if k := j - i; k >= 5 && float64(k) >= mostTied*float64(n) {
			c.Atoms = append(c.Atoms, x[i])
		}
		c.Whole = c.Whole && x[i] == math.Trunc(x[i])
		i = j
	}
	c.Tied, c.Constant = float64(tied)/float64(n), c.Distinct == 1
	if c.Tied > mostTied {
		c.Step = gridStep(x)
	}
	if c.Step > 0 || c.Constant || c.Tied <= mostTied {
		c.Atoms = nil
	}
	if x[0] > 0 {
		c.Decades = math.Log10(c.Max) - math.Log10(c.Min)
	}
	return c
}

// tailIndex is Hill's estimator over the twentieth of the rows that are farthest from the median, for
// each side; the smaller of both.
func tailIndex(sorted []float64) float64 {
	n := len(sorted)
	k := n / 20
	if n < 100 {
		return math.Inf(1)
	}
	mid := quantile(sorted, 0.5)
	index := func(at func(i int) float64) float64 {
		least := special.Log(math.Abs(at(k) - mid))
		sum := 0.0
		for i := range k {
			sum += special.Log(math.Abs(at(i)-mid)) - least
		}
		if !(sum > 0) || math.IsInf(least, -1) {
			return math.Inf(1)
		}
		return float64(k) / sum
	}
	return min(index(func(i int) float64 { return sorted[i] }), index(func(i int) float64 { return sorted[n-1-i] }))
}
