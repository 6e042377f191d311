package flow

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"gonum.org/v1/gonum/mat"
)

// Argmax makes categories of numbers: y is which of the K columns that a category has in x is the greatest. A
// flow of all columns given y as ones and zeros draws u, of which the others are thresholded by that of the category:
//
//	xₖ = uₖ for k = y,  xₖ = u_y − log(1 + exp(u_y − uₖ)) for others,  w = Π σ(u_y − uₖ)/q(u | y)
//
// Emiel Hoogeboom, Didrik Nielsen, Priyank Jaini, Patrick Forré, Max Welling, Argmax Flows and Multinomial Diffusion: Learning Categorical
// Distributions, 2021, arXiv:2102.05379.
type Argmax struct {
	Kinds []int        // of each column of y, which holds numbers from 0 to less than that
	Q     *Transformed // of Σ Kinds columns given as many

	group  []int     // of each column of x
	within mat.Dense // 1 where two columns are of one group
}

// NewArgmax returns the argmax of columns of so many categories, raised by a flow q of as many columns as there are categories in
// all, given as many. It panics if a column has less than two categories, or q is another one or not from a standard normal.
func NewArgmax(kinds []int, q *Transformed) *Argmax {
	b := &Argmax{Kinds: kinds, Q: q}
	if err := b.Restore(); err != nil {
		panic("flow: NewArgmax: " + err.Error())
	}
	return b
}

// Restore checks the fields.
func (b *Argmax) Restore() error {
	if err := checkConditioned(b.Q); err != nil {
		return err
	}
	n, d := 0, b.Q.Dim()
	for _, k := range b.Kinds {
		switch {
		case k < 2:
			return fmt.Errorf("got %d categories, want at least 2", k)
		case k > d-n:
			return fmt.Errorf("got a flow of %d columns and categories of %d columns, want as many columns as there are categories in all", d, len(b.Kinds))
		}
		n += k
	}
	if n == 0 || d != n || b.Q.CondDim() != n {
		return fmt.Errorf("got a flow of %d columns given %d for %d categories in all, want as many", d, b.Q.CondDim(), n)
	}
	b.group = b.group[:0]
	for g, k := range b.Kinds {
		b.group = append(b.group, slices.Repeat([]int{g}, k)...)
	}
	b.within = *mat.NewDense(n, n, nil)
	for i, g := range b.group {
		for j, h := range b.group {
			if g == h {
				b.within.Set(i, j, 1)
			}
		}
	}
	return nil
}

// Dims returns the columns of x, y and noise.
func (b *Argmax) Dims() (x, y, noise int) { return len(b.group), len(b.Kinds), len(b.group) }

// Raise returns x whose greatest columns are those of the categories y, and log w. It costs a pass of Q.
func (b *Argmax) Raise(y, noise autodiff.Var) (x, logW autodiff.Var) {
	t := y.Tape()
	q, hot := b.conditioned(y)
	u, logQ := drawnBy(q, noise, hot)
	top := u.Mul(hot).MatMul(t.Matrix(&b.within))
	others := hot.Neg().AddConst(1)
	above := top.Sub(u)
	x = top.Sub(others.Mul(above.Softplus()))
	return x, others.Mul(above.LogSigmoid()).RowSum().Sub(logQ)
}

// Holds reports whether y are categories.
func (b *Argmax) Holds(y []float64) bool {
	for j, k := range b.Kinds {
		if v := y[j]; !(v >= 0 && v < float64(k)) || v != math.Trunc(v) {
			return false
		}
	}
	return true
}

// oneHotOp has rows of categories as input and 1 in the column of each, 0 in others; NaN in rows that have none.
var oneHotOp = &autodiff.Op{
	Name: "flow.OneHot",
	Forward: func(c *autodiff.Call) {
		b := c.Args().Ref.(*Argmax)
		y, hot := c.In(0), c.Out(0)
		clear(hot)
		d, wide := len(b.Kinds), len(b.group)
		for i := range c.InShape(0).Rows {
			row := hot[i*wide : (i+1)*wide]
			if !b.Holds(y[i*d : (i+1)*d]) {
				for k := range row {
					row[k] = math.NaN()
				}
				continue
			}
			for j, k := range b.Kinds {
				row[int(y[i*d+j])] = 1
				row = row[k:]
			}
		}
	},
}

// conditioned returns the flow and the categories as ones and zeros.
func (b *Argmax) conditioned(y autodiff.Var) (*Transformed, autodiff.Var) {
	checkWidth("Argmax", y.Cols(), len(b.Kinds))
	return b.Q, oneHotOp.Apply(y.Tape(), autodiff.Args{Ref: b}, autodiff.Shape{Rows: y.Rows(), Cols: len(b.group)}, y)
}

// Lower sets y to the categories whose columns are the greatest.
func (b *Argmax) Lower(y, x *mat.Dense, _ rand.Source) {
	n, _ := x.Dims()
	for i := range n {
		row := x.RawRowView(i)
		for j, k := range b.Kinds {
			best := 0
			for c, v := range row[:k] {
				if v > row[best] {
					best = c
				}
			}
			y.Set(i, j, float64(best))
			row = row[k:]
		}
	}
}
