package calibration

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/need"
	"gonum.org/v1/gonum/mat"
)

// MarginalLogProbs returns the log-densities of some columns of d at the rows of y, which have these columns alone: exact if
// d knows its marginals, else by importance sampling as in [Rosenblatt] with so many draws for each row, which is a
// little too low in the mean, by the inverse of the effective sample size.
//
// It panics if there are no columns, one is twice or not of d, or y has another number of columns.
func MarginalLogProbs(d dist.Distribution, columns []int, y mat.Matrix, draws int, src rand.Source) []float64 {
	need.One("calibration: MarginalLogProbs", "distribution", d)
	need.One("calibration: MarginalLogProbs", "matrix", y)
	checkColumns("MarginalLogProbs", d.Dim(), columns)
	n, got := y.Dims()
	if got != len(columns) {
		panic(fmt.Sprintf("calibration: MarginalLogProbs: got rows of %d columns for %d columns", got, len(columns)))
	}
	if len(columns) == d.Dim() {
		x := mat.NewDense(n, got, nil)
		for k, j := range columns {
			for i := range n {
				x.Set(i, j, y.At(i, k))
			}
		}
		return logProbs(d, x)
	}
	if m, err := dist.Marginal(d, columns...); err == nil {
		return logProbs(m, mat.DenseCopyOf(y))
	}
	checkDraws("MarginalLogProbs", draws, 100)
	q, lp := newProposal(d, src), make([]float64, n)
	for i := range n {
		_, lw := q.complete(columns, mat.Row(nil, i, y), draws, src)
		lp[i] = logMeanExp(lw)
	}
	return lp
}

// MutualInformation returns E log p(X_A, X_B)/(p(X_A)·p(X_B)) in nats of two groups of columns, 0 if these are
// independent: the mean over draws of d, whose marginals are exact or importance samples of inner draws each, see
// [MarginalLogProbs].
//
// It panics if a group is empty, a column is in both or not of d, or draws are fewer than two.
func MutualInformation(d dist.Distribution, a, b []int, draws, inner int, src rand.Source) Estimate {
	need.One("calibration: MutualInformation", "distribution", d)
	both := slices.Concat(a, b)
	if len(a) == 0 || len(b) == 0 {
		panic("calibration: MutualInformation: got a group without columns")
	}
	checkColumns("MutualInformation", d.Dim(), both)
	checkDraws("MutualInformation", draws, 2)
	x := draw(d, draws, src)
	lp := MarginalLogProbs(d, both, pickColumns(x, both), inner, src)
	for _, group := range [][]int{a, b} {
		for i, v := range MarginalLogProbs(d, group, pickColumns(x, group), inner, src) {
			lp[i] -= v
		}
	}
	return meanOf(lp)
}

func checkColumns(what string, d int, columns []int) {
	if len(columns) == 0 {
		panic(fmt.Sprintf("calibration: %s: got no columns", what))
	}
	seen := make([]bool, d)
	for _, j := range columns {
		checkColumn(what, j, d)
		if seen[j] {
			panic(fmt.Sprintf("calibration: %s: got column %d twice", what, j))
		}
		seen[j] = true
	}
}

func pickColumns(x *mat.Dense, columns []int) *mat.Dense {
	n, _ := x.Dims()
	out := mat.NewDense(n, len(columns), nil)
	for k, j := range columns {
		out.SetCol(k, mat.Col(nil, j, x))
	}
	return out
}
