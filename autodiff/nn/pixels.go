package nn

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
)

// pixelsOp turns the rows of x, each channels×pixels elements of Args.J values, into
// pixels×channels elements. Args.I is the number of channels.
var pixelsOp = &autodiff.Op{
	Name: "Pixels",
	Forward: func(c *autodiff.Call) {
		transposeImages(c.Out(0), c.In(0), c.Args().I, c.Args().J, c.InShape(0).Cols, false)
	},
	Backward: func(c *autodiff.Call) {
		d := c.InShape(0).Cols
		transposeImages(c.InGrad(0), c.OutGrad(0), d/c.Args().I/c.Args().J, c.Args().J, d, true)
	},
}

// channelsOp is the inverse of pixelsOp. Args.I is the number of pixels.
var channelsOp = &autodiff.Op{
	Name: "Channels",
	Forward: func(c *autodiff.Call) {
		transposeImages(c.Out(0), c.In(0), c.Args().I, c.Args().J, c.OutShape(0).Cols, false)
	},
	Backward: func(c *autodiff.Call) {
		d := c.OutShape(0).Cols
		transposeImages(c.InGrad(0), c.OutGrad(0), d/c.Args().I/c.Args().J, c.Args().J, d, true)
	},
}

// transposeImages reads x as matrices of size values, with rows rows of elements of group
// values, and sets y to their transposes, or adds those to y. It goes along the
// longer side.
func transposeImages(y, x []float64, rows, group, size int, add bool) {
	cols := size / rows / group
	for ; len(x) > 0; x, y = x[size:], y[size:] {
		for k := range group {
			if rows <= cols {
				for i := range rows {
					at := i * cols * group
					spread(y[i*group+k:], x[at+k:at+cols*group], rows*group, group, add)
				}
				continue
			}
			for j := range cols {
				spread(y[j*rows*group+k:], x[j*group+k:size], group, cols*group, add)
			}
		}
	}
}

// spread sets the elements of y at stride to to those of x at
// stride from, or adds them.
func spread(y, x []float64, to, from int, add bool) {
	at := 0
	if add {
		for j := 0; j < len(x); j += from {
			y[at] += x[j]
			at += to
		}
		return
	}
	for j := 0; j < len(x); j += from {
		y[at] = x[j]
		at += to
	}
}

// Pixels turns images into rows of pixels: n rows of channels·p elements, channel by
// channel, become n·p rows of channels elements, pixel by pixel. An element is
// group values that stay side by side, usually 1.
//
// It panics if the columns are not a multiple of channels·group.
func Pixels(x autodiff.Var, channels, group int) autodiff.Var {
	n, d := x.Dims()
	if channels < 1 || group < 1 || d%(channels*group) != 0 {
		panic(fmt.Sprintf("nn: Pixels: got %d columns, want a multiple of %d channels of %d", d, channels, group))
	}
	p := d / channels / group
	out := autodiff.Shape{Rows: n * p, Cols: channels * group}
	return pixelsOp.Apply(nil, autodiff.Args{I: channels, J: group}, out, x)
}

// Channels is the inverse of [Pixels]: n·pixels rows of c elements become n rows
// of c·pixels.
//
// It panics if the rows are not a multiple of pixels, or the columns of group.
func Channels(x autodiff.Var, pixels, group int) autodiff.Var {
	n, d := x.Dims()
	if pixels < 1 || group < 1 || n%pixels != 0 || d%group != 0 {
		panic(fmt.Sprintf("nn: Channels: got %d×%d, want a multiple of %d pixels and of %d numbers", n, d, pixels, group))
	}
	return channelsOp.Apply(nil, autodiff.Args{I: pixels, J: group}, autodiff.Shape{Rows: n / pixels, Cols: d * pixels}, x)
}
