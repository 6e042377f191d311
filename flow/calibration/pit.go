package calibration

import (
	"math/rand/v2"
	"slices"
	"sort"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/need"
	"gonum.org/v1/gonum/mat"
)

// PIT is the probability integral transform: the distribution function of each
// column of d at the rows of y. It is exact if d is a [dist.CDFer]; elsewhere it
// is the rank among the given number of draws, which is uniform just as well if
// the rows follow d.
//
// Too many values near 0 and 1 mean a density too narrow, too many near ½ one
// too wide. It does not look at how columns hang together: [Rosenblatt] does.
//
// It panics if y has other columns than d or, where they are needed, draws is not
// positive.
func PIT(d dist.Distribution, y mat.Matrix, draws int, src rand.Source) *Uniformity {
	need.One("calibration: PIT", "distribution", d)
	need.One("calibration: PIT", "matrix", y)
	checkSamples("PIT", y, mat.NewDense(1, d.Dim(), nil))
	n, cols := y.Dims()
	u := mat.NewDense(n, cols, nil)
	if c, ok := as[dist.CDFer](d); ok {
		row := make([]float64, cols)
		for i := range n {
			c.CDF(u.RawRowView(i), mat.Row(row, i, y))
		}
	} else {
		checkDraws("PIT", draws, 1)
		x, r := draw(d, draws, src), generator(src)
		for j := range cols {
			col := mat.Col(nil, j, x)
			slices.Sort(col)
			for i := range n {
				below := sort.SearchFloat64s(col, y.At(i, j))
				ties := sort.Search(len(col), func(k int) bool { return col[k] > y.At(i, j) }) - below
				u.Set(i, j, uniformRank(below, ties, draws, r))
			}
		}
	}
	return uniformity("distribution functions", tooNarrow, u)
}

var tooNarrow = [2]string{"density too narrow", "density too wide"}
