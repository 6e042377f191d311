package flow

import (
	"fmt"
	"math"
	"slices"

	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// drop leaves out rows of weight 0 and, if Robust, those that are better explained as wrong.
func (l *learner) drop() error {
	n := l.data.Len()
	bad := make([]bool, n)
	if l.Robust {
		var err error
		if l.report.Trimmed, err = l.wrong(bad); err != nil {
			return fmt.Errorf("wrong rows: %w", err)
		}
	}
	var keep []int
	for i, b := range bad {
		if !b && (l.data.Weights == nil || l.data.Weights[i] > 0) {
			keep = append(keep, i)
		}
	}
	if len(keep) == n {
		return nil
	}
	l.data = l.data.Pick(keep)
	slope, rows := l.slope, l.rows
	l.slope, l.rows = nil, nil
	for _, i := range keep {
		l.slope, l.rows = append(l.slope, slope[i]), append(l.rows, rows[i])
	}
	return nil
}

// wrong marks rows that are better explained as wrong, and returns how many they are: first those that are far from
// all others, then those that a contamination explains better than a mixture of the other rows does,
//
//	ε·c(x) > (1−ε)·p(x),  c(x) = ½·Πⱼ b(xⱼ) + ½·meanⱼ b(xⱼ)·p(x₋ⱼ)
//
// where p is a mixture of t distributions that has not seen x, b a Cauchy distribution about the column's median, x₋ⱼ the
// row without column j, and the share ε is found by EM: rows that are wrong altogether, and
// rows with one wrong value. The mixture is fitted anew without the marked rows until the marks stay, thrice at most. Then the same is tried
// with a cloud among the wrong rows, since of one that is plain a mixture makes a component. With a context, rows and contexts are looked at together.
func (l *learner) wrong(bad []bool) (count int, err error) {
	if count = l.far(bad); l.data.Len() < leastRobust {
		return count, nil
	}
	s := newSuspects(robustColumns(beside(l.data.Rows, l.data.Contexts), bad), l.data.Weights, rng.New(l.Seed))
	s.budget = 0.05 * float64(l.Budget)
	if s.x == nil {
		return count, nil
	}
	marks := slices.Clone(bad)
	var e *explained
	for range 3 {
		if e, err = s.fit(s.without(marks)); err != nil {
			return 0, err
		}
		next := e.mark(bad)
		if slices.Equal(next, marks) {
			break
		}
		marks = next
	}
	if marks, err = s.cloud(e, marks, bad); err != nil {
		return 0, err
	}
	marked := 0
	for _, b := range marks {
		if b {
			marked++
		}
	}
	if marked > l.data.Len()/3 { // that is no contamination
		return count, nil
	}
	copy(bad, marks)
	return marked, nil
}

// leastRobust is the number of rows from which on they say which of them are wrong.
const leastRobust = 30

// far marks rows with a value that is further from its column's median than 30 times half the
// distance of the quantiles of 16 and 84 %, and returns how many they are: none if they are half of
// all.
func (l *learner) far(bad []bool) (count int) {
	const most = 30
	n, d := l.data.Rows.Dims()
	for j := range d {
		x := mat.Col(nil, j, l.data.Rows)
		sorted := slices.Clone(x)
		slices.Sort(sorted)
		mid, half := quantile(sorted, 0.5), 0.5*(quantile(sorted, 0.84)-quantile(sorted, 0.16))
		for i, v := range x {
			if !bad[i] && half > 0 && math.Abs(v-mid) > most*half {
				bad[i] = true
				count++
			}
		}
	}
	if n-count < max(2, n/2) {
		clear(bad)
		return 0
	}
	return count
}
