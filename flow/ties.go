package flow

import (
	"fmt"

	"github.com/normflow/normflow/internal/train"
	"gonum.org/v1/gonum/mat"
)

// ties warns of columns that have no density, by the first rows: there the NLL falls as long as training goes on.
func (f *fit) ties(first *train.Batch) []string {
	if _, chain := f.model.flat(); f.serial || f.data.noise != nil || len(chain) == 0 {
		return nil
	}
	var constant, tied []int
	rows := mat.NewDense(first.N, first.Dim, first.Rows[:first.N*first.Dim])
	for j := range first.Dim {
		switch c := describeColumn(mat.Col(nil, j, rows)); {
		case c.Constant:
			constant = append(constant, j)
		case c.Tied > mostTied:
			tied = append(tied, j)
		}
	}
	r := new(Report)
	if len(constant) > 0 {
		r.warn("columns %s are constant: no density is there, and what is learned of them is how long training went on; Learn makes point masses of them", columns(constant))
	}
	if len(tied) > 0 {
		r.warn("columns %s have numbers that many rows share: the NLL has no floor there, and numbers beside them are as good as impossible; Data.Dequantized(Grid(x)...) adds noise where they are on grids", columns(tied))
	}
	if also := dependent(rows); len(also) > 0 {
		r.warn(dependence, columns(also))
	}
	return r.Warnings
}

// columns are some indices as text, the first ten.
func columns(index []int) string {
	if len(index) > 10 {
		return fmt.Sprintf("%v and %d more", index[:10], len(index)-10)
	}
	return fmt.Sprint(index)
}
