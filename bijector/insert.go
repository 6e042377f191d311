package bijector

import (
	"fmt"
	"math"
	"slices"

	"github.com/normflow/normflow/autodiff"
)

// Insert puts constant columns between others:
//
//	y[Keep] = x,  yⱼ = Valuesⱼ for every other column j,  log|det| = 0
//
// The log-determinant is that between x and the columns Keep of y: a density
// behind it is a point mass in the others. A row of y with another value there has no x, and
// its inverse is NaN. Both directions cost O(d) a row.
type Insert struct {
	Keep   []int           // the columns of y that are x, ascending
	Values *autodiff.Param // 1×d, frozen; not read in the columns Keep
}

// NewInsert returns the map to d columns, where those in keep, ascending, are x and the
// others are the elements of values. It panics unless keep is some of 0 to d−1 and there
// are d finite values.
func NewInsert(d int, keep []int, values []float64) *Insert {
	p := autodiff.NewParam(1, d, slices.Clone(values))
	p.Freeze(true)
	b := &Insert{Keep: slices.Clone(keep), Values: p}
	must(b.Restore())
	return b
}

// Restore checks the fields.
func (b *Insert) Restore() error {
	if b.Values == nil {
		return fmt.Errorf("bijector: Insert: got no values, want one for each column")
	}
	if err := checkDims("Insert: values", b.Values, 1, b.Values.Len()); err != nil {
		return err
	}
	for i, j := range b.Keep {
		if j < 0 || j >= b.Values.Len() || i > 0 && j <= b.Keep[i-1] {
			return fmt.Errorf("bijector: Insert: got columns %v to keep, want ascending ones of 0 to %d", b.Keep, b.Values.Len()-1)
		}
	}
	if len(b.Keep) == 0 {
		return fmt.Errorf("bijector: Insert: got no columns to keep, want at least one")
	}
	return nil
}

// Forward returns x with the constant columns, n×len(Keep) → n×d.
func (b *Insert) Forward(x autodiff.Var) autodiff.Var {
	wantCols("Insert", x, len(b.Keep))
	return x.Tape().Use(b.Values).Expand(x.Rows(), b.Values.Len()).Replace(b.Keep, x)
}

// Inverse returns the columns Keep, NaN in rows that have another value elsewhere.
func (b *Insert) Inverse(y autodiff.Var) autodiff.Var {
	wantCols("Insert", y, b.Values.Len())
	s := autodiff.Shape{Rows: y.Rows(), Cols: len(b.Keep)}
	return takeOp.Apply(nil, autodiff.Args{Ref: b}, s, y, y.Tape().Use(b.Values))
}

// ILDJ returns 0.
func (b *Insert) ILDJ(y autodiff.Var) autodiff.Var { return zero(y) }

// FLDJ returns 0.
func (b *Insert) FLDJ(x autodiff.Var) autodiff.Var { return zero(x) }

// takeOp has inputs y (n×d) and the values (1×d), and the Insert as Args.Ref.
var takeOp = &autodiff.Op{
	Name: "bijector.Insert",
	Forward: func(c *autodiff.Call) {
		keep, values, d := c.Args().Ref.(*Insert).Keep, c.In(1), c.InShape(0).Cols
		for i := range c.InShape(0).Rows {
			y, x := c.In(0)[i*d:(i+1)*d], c.Out(0)[i*len(keep):(i+1)*len(keep)]
			next := 0
			same := true
			for j, v := range y {
				if next < len(keep) && keep[next] == j {
					x[next] = v
					next++
					continue
				}
				same = same && v == values[j]
			}
			if !same {
				for k := range x {
					x[k] = math.NaN()
				}
			}
		}
	},
	Backward: func(c *autodiff.Call) {
		keep, d := c.Args().Ref.(*Insert).Keep, c.InShape(0).Cols
		dy := c.InGrad(0)
		if dy == nil {
			return
		}
		for i := range c.InShape(0).Rows {
			for k, j := range keep {
				dy[i*d+j] += c.OutGrad(0)[i*len(keep)+k]
			}
		}
	},
}
