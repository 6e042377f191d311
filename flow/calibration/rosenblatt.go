package calibration

import (
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/need"
	"gonum.org/v1/gonum/mat"
)

// A Rosenblatter knows its Rosenblatt transform, as a flow does whose maps are all autoregressive
// in one order.
type Rosenblatter interface {
	// Rosenblatt sets row i of dst to the distribution functions of each column of row i of y given
	// those before it in an order, which it returns; an error if it does not know them.
	Rosenblatt(dst *mat.Dense, y mat.Matrix) (order []int, err error)
}

// A Transform is the Rosenblatt transform of rows and how reliable it is.
type Transform struct {
	*Uniformity
	Exact bool
	ESS   float64 // least effective number of the draws behind a value; 0 if they are exact
}

// Rosenblatt is the distribution function of each column given the columns before it, at the rows
// of y: independent and uniform if the rows follow d. It sees what [PIT] does not: how columns hang
// together.
//
// It is exact if d is a [Rosenblatter], or knows its marginals and conditionals, as normals,
// Student t distributions, their mixtures and kernel densities do. Elsewhere each value is an
// importance sample of so many draws from a mixture of Student t distributions fitted to draws of
// d, conditioned on the columns before: Transform.ESS says how well that went; below 50 values are
// rough. It costs n·d·draws densities then.
//
// M. Rosenblatt, Remarks on a Multivariate Transformation, Annals of Mathematical Statistics 23, 1952.
//
// It panics if y has other columns than d or, where they are needed, draws are fewer than 100.
func Rosenblatt(d dist.Distribution, y mat.Matrix, draws int, src rand.Source) *Transform {
	need.One("calibration: Rosenblatt", "distribution", d)
	need.One("calibration: Rosenblatt", "matrix", y)
	checkSamples("Rosenblatt", y, mat.NewDense(1, d.Dim(), nil))
	n, cols := y.Dims()
	u := mat.NewDense(n, cols, nil)
	t := &Transform{Exact: true}
	words := tooNarrow
	if r, ok := d.(Rosenblatter); ok {
		if order, err := r.Rosenblatt(u, y); err == nil {
			t.Uniformity = uniformity("conditional distribution functions", words, u)
			t.label = func(j int) string { return fmt.Sprintf("column %d given those before it", order[j]) }
			return t
		}
	}
	if !conditionals(d, y, u) {
		t.Exact = false
		t.ESS = importanceConditionals(d, y, u, draws, src)
	}
	t.Uniformity = uniformity("conditional distribution functions", words, u)
	t.label = func(j int) string { return fmt.Sprintf("column %d given those before it", j) }
	return t
}

// conditionals sets u from closed forms and reports whether there are any.
func conditionals(d dist.Distribution, y mat.Matrix, u *mat.Dense) bool {
	n, cols := y.Dims()
	row, one := make([]float64, cols), make([]float64, 1)
	for j := range cols {
		prefix := upTo(j + 1)
		m, err := marginal(d, prefix)
		if err != nil {
			return false
		}
		for i := range n {
			mat.Row(row, i, y)
			last := m
			if j > 0 {
				if last, err = dist.Condition(m, prefix[:j], row[:j]); err != nil {
					return false
				}
			}
			c, ok := as[dist.CDFer](last)
			if !ok {
				return false
			}
			u.Set(i, j, c.CDF(one, row[j:j+1])[0])
		}
	}
	return true
}

// marginal returns the distribution of some columns, which is d itself if they are all, in order.
func marginal(d dist.Distribution, columns []int) (dist.Distribution, error) {
	all := len(columns) == d.Dim()
	for i, j := range columns {
		all = all && i == j
	}
	if all {
		return d, nil
	}
	return dist.Marginal(d, columns...)
}

func upTo(n int) []int {
	index := make([]int, n)
	for i := range index {
		index[i] = i
	}
	return index
}

// importanceConditionals sets u by importance sampling and returns the least effective sample size.
func importanceConditionals(d dist.Distribution, y mat.Matrix, u *mat.Dense, draws int, src rand.Source) float64 {
	checkDraws("Rosenblatt", draws, 100)
	n, cols := y.Dims()
	q, least := newProposal(d, src), float64(draws)
	row, columns := make([]float64, cols), upTo(cols)
	for i := range n {
		mat.Row(row, i, y)
		for j := range cols {
			x, lw := q.complete(columns[:j], row[:j], draws, src)
			w, err := ImportanceWeights(lw)
			if err != nil {
				u.Set(i, j, 0.5)
				least = 0
				continue
			}
			sum, below := normalised(lw), 0.0
			for k, v := range sum {
				if x.At(k, j) <= row[j] {
					below += v
				}
			}
			u.Set(i, j, min(below, 1))
			least = min(least, w.ESS)
		}
	}
	return least
}
