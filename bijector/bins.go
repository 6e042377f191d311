package bijector

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
)

// maxBins bounds the number of pieces of a spline.
const maxBins = 128

// defaultBins and defaultBound are those of splines that do not say.
const (
	defaultBins  = 8
	defaultBound = 5
)

// checkBins returns what is wrong with the fields of a spline, 0 being their defaults.
func checkBins(what string, bins, least int, bound float64) error {
	if bins != 0 && (bins < least || bins > maxBins) {
		return fmt.Errorf("bijector: %s: got %d bins, want %d to %d", what, bins, least, maxBins)
	}
	if !(bound == 0 || bound >= 1e-3 && bound <= 1e6) {
		return fmt.Errorf("bijector: %s: got bound %v, want 0.001 to 1e+06", what, bound)
	}
	return nil
}

// orDefault returns x, or def if it is zero.
func orDefault[T int | float64](x, def T) T {
	if x == 0 {
		return def
	}
	return x
}

// A binned is what a spline of [−bound, bound] is applied to: the arguments as
// a column, and the raw parameters with those of one spline in each row. If rows share
// their splines, element e has row e mod R of the R rows.
type binned struct {
	x, raw autodiff.Var
	bound  float64
	shape  autodiff.Shape // of the arguments
}

func newBinned(x, raw autodiff.Var, params int, bound float64) binned {
	s, r := x.Shape(), raw.Shape()
	return binned{x.Reshape(s.Rows*s.Cols, 1), raw.Reshape(r.Rows*r.Cols/params, params), bound, s}
}

// shares returns the softmax of columns i to j of the raw parameters as parts of the interval, none of them less
// than the given share of it.
func (b binned) shares(i, j int, least float64) autodiff.Var {
	return b.raw.Slice(i, j).RowSoftmax().MulConst(1 - float64(j-i)*least).AddConst(least).MulConst(2 * b.bound)
}

// A bin is the piece of a spline in which each element is: where it begins and how large it is in x
// and y, and at which share of its width, or of its height if the inverse is asked for, the element is.
type bin struct {
	index         autodiff.Var
	left, bottom  autodiff.Var // from −bound
	width, height autodiff.Var
	at            autodiff.Var
}

// find returns the bins of the elements, given the sizes of all.
func (b binned) find(widths, heights autodiff.Var, dir direction) bin {
	v := b.x.Clamp(-b.bound, b.bound).AddConst(b.bound)
	sizes := widths
	if dir.back() {
		sizes = heights
	}
	i := binOp.Apply(nil, autodiff.Args{}, b.x.Shape(), v, sizes)
	c := bin{index: i, left: below(i, widths), bottom: below(i, heights), width: pick(i, widths, 0), height: pick(i, heights, 0)}
	t := v.Sub(c.left).Div(c.width)
	if dir.back() {
		t = v.Sub(c.bottom).Div(c.height)
	}
	c.at = t.Add(t.Clamp(0, 1).Sub(t).Detach()) // what rounding puts into the next bin could be far from it in the result
	return c
}

// below returns the sum of the sizes before the element's bin.
func below(index, sizes autodiff.Var) autodiff.Var {
	return belowOp.Apply(nil, autodiff.Args{}, index.Shape(), index, sizes)
}

// pick returns what a table has so many columns behind that of the element's bin.
func pick(index, table autodiff.Var, behind int) autodiff.Var {
	return pickOp.Apply(nil, autodiff.Args{I: behind}, index.Shape(), index, table)
}

// identityOutside returns the values v and log-slopes l, of distances from −bound, in the shape of the
// arguments, and the identity beyond the interval.
func (b binned) identityOutside(v, l autodiff.Var) (value, logSlope autodiff.Var) {
	outside := b.x.Abs().Greater(b.x.Tape().Scalar(b.bound))
	v = autodiff.Where(outside, b.x, v.AddConst(-b.bound))
	l = autodiff.Where(outside, b.x.Tape().Scalar(0), l)
	return v.Reshape(b.shape.Rows, b.shape.Cols), l.Reshape(b.shape.Rows, b.shape.Cols)
}

// straightOutside is identityOutside for maps that go on in straight lines, of the slopes s0 and s1 at the ends,
// held within the finite values.
func (b binned) straightOutside(v, l, s0, s1 autodiff.Var, dir direction) (value, logSlope autodiff.Var) {
	beyond := b.x.Sub(b.x.Clamp(-b.bound, b.bound))
	slope := autodiff.Where(b.x.Greater(b.x.Tape().Scalar(0)), s1, s0)
	if dir.back() {
		slope = slope.Recip()
	}
	v = v.AddConst(-b.bound).Add(beyond.Mul(slope)).Clamp(-math.MaxFloat64, math.MaxFloat64)
	return v.Reshape(b.shape.Rows, b.shape.Cols), l.Reshape(b.shape.Rows, b.shape.Cols)
}

// binOp finds the bin of each element v ≥ 0 among sizes (R×K): the first that ends beyond it, or the last.
var binOp = &autodiff.Op{
	Name: "bijector.bin",
	Forward: func(c *autodiff.Call) {
		sizes, out, s := c.In(1), c.Out(0), c.InShape(1)
		for e, v := range c.In(0) {
			row, end, i := sizes[e%s.Rows*s.Cols:][:s.Cols], 0.0, 0
			for ; i < s.Cols-1; i++ {
				if end += row[i]; !(v >= end) {
					break
				}
			}
			out[e] = float64(i)
		}
	},
	Backward: func(*autodiff.Call) {},
}

// belowOp returns the sum of the sizes before the bin of each element.
var belowOp = &autodiff.Op{
	Name: "bijector.below",
	Forward: func(c *autodiff.Call) {
		sizes, out, s := c.In(1), c.Out(0), c.InShape(1)
		for e, i := range c.In(0) {
			out[e] = 0
			for _, v := range sizes[e%s.Rows*s.Cols:][:int(i)] {
				out[e] += v
			}
		}
	},
	Backward: func(c *autodiff.Call) {
		index, g, d, s := c.In(0), c.OutGrad(0), c.InGrad(1), c.InShape(1)
		if d == nil {
			return
		}
		for e, i := range index {
			row := d[e%s.Rows*s.Cols:][:int(i)]
			for j := range row {
				row[j] += g[e]
			}
		}
	},
}

// pickOp returns the element of a table in the column of the bin and Args.I.
var pickOp = &autodiff.Op{
	Name: "bijector.pick",
	Forward: func(c *autodiff.Call) {
		table, out, s, behind := c.In(1), c.Out(0), c.InShape(1), c.Args().I
		for e, i := range c.In(0) {
			out[e] = table[e%s.Rows*s.Cols+int(i)+behind]
		}
	},
	Backward: func(c *autodiff.Call) {
		index, g, d, s, behind := c.In(0), c.OutGrad(0), c.InGrad(1), c.InShape(1), c.Args().I
		if d == nil {
			return
		}
		for e, i := range index {
			d[e%s.Rows*s.Cols+int(i)+behind] += g[e]
		}
	},
}
