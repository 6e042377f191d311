package calibration

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// A Likelihood sums up the log-densities of held-out rows.
type Likelihood struct {
	Estimate          // mean log-density in nats a row
	N        int      // rows
	Worst    []int    // rows of the lowest log-densities, lowest first, at most 5
	rest     Estimate // of the other rows
}

// LogLikelihood returns the mean of the log-densities with its standard error,
// s/√n. One row of log-density −Inf makes the mean −Inf.
//
// It panics if there are none or one is NaN.
func LogLikelihood(logProbs []float64) *Likelihood {
	checkLogProbs("LogLikelihood", logProbs)
	l := &Likelihood{Estimate: meanOf(logProbs), N: len(logProbs)}
	order := make([]int, len(logProbs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(logProbs[a], logProbs[b]) })
	l.Worst = order[:min(5, len(order))]
	rest := make([]float64, 0, len(order))
	for _, i := range order[len(l.Worst):] {
		rest = append(rest, logProbs[i])
	}
	if len(rest) > 0 {
		l.rest = meanOf(rest)
	}
	return l
}

// String returns the mean and says if the worst rows decide it: if without them
// the standard error is less than half.
func (l *Likelihood) String() string {
	s := fmt.Sprintf("mean log-density %.4f ± %.4f nats a row over %d rows", l.Value, l.SE, l.N)
	if k := len(l.Worst); l.N > 10*k && !(l.rest.SE > l.SE/2) {
		s += fmt.Sprintf("; rows %v decide it, without them %.4f ± %.4f", l.Worst, l.rest.Value, l.rest.SE)
	}
	return s
}

// A Difference is the mean of paired differences of log-densities.
type Difference struct {
	Estimate         // mean of log a − log b in nats a row
	P        float64 // two-sided p-value of equal means
	N        int     // rows
}

// Compare returns the mean of a[i] − b[i], the log-densities that two models
// give to the same rows, with the p-value of Student's paired test.
//
// It panics if the lengths differ, there are fewer than two rows or one is NaN.
func Compare(a, b []float64) *Difference {
	checkLogProbs("Compare", a)
	checkLogProbs("Compare", b)
	if len(a) != len(b) || len(a) < 2 {
		panic(fmt.Sprintf("calibration: Compare: got %d and %d log-densities, want as many of both, at least 2", len(a), len(b)))
	}
	d := make([]float64, len(a))
	for i := range d {
		if a[i] != b[i] { // −Inf on both sides is no difference
			d[i] = a[i] - b[i]
		}
	}
	e := meanOf(d)
	p := 1.0
	if e.Value != 0 {
		p = 2 * distuv.StudentsT{Sigma: 1, Nu: float64(len(d) - 1)}.Survival(math.Abs(e.Value)/e.SE)
	}
	return &Difference{Estimate: e, P: p, N: len(d)}
}

// String says which model is better, if either is.
func (d *Difference) String() string {
	words := "no difference beyond chance"
	switch {
	case d.P < 0.05 && d.Value > 0:
		words = "the first is better"
	case d.P < 0.05:
		words = "the second is better"
	}
	return fmt.Sprintf("difference %.4f ± %.4f nats a row over %d rows (%s): %s", d.Value, d.SE, d.N, pText(d.P), words)
}

func checkLogProbs(what string, lp []float64) {
	if len(lp) == 0 {
		panic(fmt.Sprintf("calibration: %s: got no log-densities", what))
	}
	for i, v := range lp {
		if math.IsNaN(v) {
			panic(fmt.Sprintf("calibration: %s: got NaN as log-density %d", what, i))
		}
	}
}
