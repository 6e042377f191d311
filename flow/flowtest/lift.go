package flowtest

import (
	"math"
	"slices"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// Lift checks the laws of a lifted model: its probabilities of all outcomes, the rows of y, add up to one when each counts as much as
// cell, 1 or the area of a cell of a grid; the means of columns and of their squares under them are those of its samples; scores are the same when they are asked
// for again, and of a row alone; the bound is below log p on average; what is drawn is a row that something maps to. All within five standard errors and tol.
func Lift(t *testing.T, l *flow.Lifted, y *mat.Dense, cell, tol float64) {
	t.Helper()
	lp, se := l.LogProbs(y)
	n, d := y.Dims()
	again, _ := l.LogProbs(y.Slice(n/2, n/2+1, 0, d))
	if all, _ := l.LogProbs(y); !slices.Equal(all, lp) || again[0] != lp[n/2] {
		t.Error("scores are not the same when they are asked for again")
	}
	total, mean := expectation(y, lp, se, cell, func([]float64) float64 { return 1 })
	if !(math.Abs(total-1) <= 5*mean+tol) {
		t.Errorf("got probabilities that add up to %v ± %v, want 1", total, mean)
	}
	const draws = 20000
	drawn := mat.NewDense(draws, d, nil)
	l.Draw(drawn, rng.New(5))
	for j := range d {
		for _, power := range []float64{1, 2} {
			g := func(row []float64) float64 { return math.Pow(row[j], power) }
			want, wantSE := expectation(y, lp, se, cell, g)
			var sum, squares float64
			for i := range draws {
				v := g(drawn.RawRowView(i))
				sum += v / draws
				squares += v * v / draws
			}
			gotSE := math.Sqrt((squares - sum*sum) / draws)
			if !(math.Abs(sum-want) <= 5*math.Hypot(gotSE, wantSE)+tol*(1+math.Abs(want))) {
				t.Errorf("column %d to the power of %v: got a mean of %v ± %v of samples, want %v ± %v", j, power, sum, gotSE, want, wantSE)
			}
		}
	}
	for i := range 100 {
		if row := drawn.RawRowView(i); !l.By.Holds(row) {
			t.Errorf("draw %d: got %v, which nothing maps to", i, row)
		}
	}
	bounded(t, l, drawn, tol)
}

// expectation returns the sum of g·p over outcomes, and its standard error.
func expectation(y *mat.Dense, lp, se []float64, cell float64, g func(row []float64) float64) (sum, err float64) {
	for i, v := range lp {
		p := math.Exp(v) * cell * g(y.RawRowView(i))
		sum += p
		err += math.Abs(p) * se[i] // draws are the same for all rows
	}
	return sum, err
}

// bounded checks that the mean of the bound is not above the mean log-density.
func bounded(t *testing.T, l *flow.Lifted, drawn *mat.Dense, tol float64) {
	t.Helper()
	n, d := drawn.Dims()
	n = min(n, 100)
	rows := drawn.Slice(0, n, 0, d).(*mat.Dense)
	lp, se := l.LogProbs(rows)
	_, _, k := l.By.Dims()
	noise := make([]float64, n*k)
	rng.Normals(noise, rng.New(6))
	tape := autodiff.NewTape()
	var gap, squares, known float64
	for i, b := range l.Bound(tape.Matrix(rows), tape.View(n, k, noise)).Data() {
		diff := lp[i] - b
		gap += diff / float64(n)
		squares += diff * diff / float64(n)
		known += se[i] / float64(n)
	}
	if spread := math.Sqrt((squares - gap*gap) / float64(n)); !(gap >= -5*math.Hypot(spread, known)-tol) {
		t.Errorf("the bound is above log p by %v ± %v", -gap, spread)
	}
}
