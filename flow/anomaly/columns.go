package anomaly

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// A marginal is the distribution function of a column of the training rows at a few numbers.
type marginal struct {
	At    []float64 // ascending
	Share []float64 // of rows up to each
	Rows  int
}

const mostAt = 128 // numbers

// newMarginal returns that of a column: at all its numbers if they are few, else at quantiles.
func newMarginal(x []float64) marginal {
	sorted := slices.Clone(x)
	slices.Sort(sorted)
	n := len(sorted)
	at := slices.Compact(slices.Clone(sorted))
	if len(at) > mostAt {
		at = at[:0]
		for i := range mostAt {
			at = append(at, sorted[i*(n-1)/(mostAt-1)])
		}
		at = slices.Compact(at)
	}
	m := marginal{At: slices.Clone(at), Rows: n}
	for _, v := range m.At {
		m.Share = append(m.Share, float64(upTo(sorted, v))/float64(n))
	}
	return m
}

// upTo returns how many of the sorted numbers are at most v.
func upTo(sorted []float64, v float64) int {
	i, _ := slices.BinarySearchFunc(sorted, v, func(x, v float64) int {
		if x <= v {
			return -1
		}
		return 1
	})
	return i
}

// A ColumnDrift compares a column of a window of rows with that of the training.
type ColumnDrift struct {
	Column int
	Rows   int // of the window that have a number
	// Distance is the difference of the two distribution functions where it is greatest, by Kolmogorov and Smirnov, above 0 where the
	// window has smaller numbers. It is looked at where the training rows have 128 of their quantiles.
	Distance float64
	// P is its p-value, good from some 20 rows on, and too large for columns of few different numbers. Of d columns the
	// smallest is below c/d with a probability of at most about c if nothing has changed; [Discoveries] takes them all.
	P float64
}

// ColumnDrifts says which columns of a window of rows are not distributed as in the training, one drift for each column. A window may change in
// how columns hang together alone: [Detector.Drift] looks at that. NaN are left out.
//
// It panics if x has not Dim columns, or a column has no number.
func (d *Detector) ColumnDrifts(x mat.Matrix) []ColumnDrift {
	_, c := x.Dims()
	d.check("ColumnDrifts", c)
	all := make([]ColumnDrift, c)
	for j := range all {
		window := slices.DeleteFunc(mat.Col(nil, j, x), math.IsNaN)
		if len(window) == 0 {
			panic(fmt.Sprintf("anomaly: ColumnDrifts: column %d: got no number", j))
		}
		slices.Sort(window)
		n, m := float64(len(window)), &d.p.Marginals[j]
		r := ColumnDrift{Column: j, Rows: len(window)}
		for k, v := range m.At {
			if gap := float64(upTo(window, v))/n - m.Share[k]; math.Abs(gap) > math.Abs(r.Distance) {
				r.Distance = gap
			}
		}
		below, _ := slices.BinarySearch(window, m.At[0]) // where no training row is
		if gap := float64(below) / n; gap > math.Abs(r.Distance) {
			r.Distance = gap
		}
		rows := float64(m.Rows)
		r.P = kolmogorov(math.Abs(r.Distance), n*rows/(n+rows))
		all[j] = r
	}
	return all
}

// Restore checks the fields.
func (m *marginal) Restore() error {
	if len(m.At) == 0 || len(m.At) != len(m.Share) || m.Rows < 1 || !slices.IsSorted(m.At) || !slices.IsSorted(m.Share) || !finite(m.At) || !finite(m.Share) {
		return errors.New("anomaly: marginal: want ascending finite numbers, each with a share")
	}
	return nil
}
