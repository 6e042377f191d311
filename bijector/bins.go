package bijector

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/internal/kernel"
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

// bins are k pieces of [−bound, bound], and where the columns that are prepared of a spline stand.
type bins struct {
	k, raw        int
	bound         float64
	width, height axis
	ends          int  // the first column of what the slopes at the ends of pieces are made of
	meeting       int  // the first of k columns of what λ is made of, 0 if there are none
	prepared      int  // how many columns there are
	free          bool // the spline goes on in straight lines
}

// An axis says how the k columns from one on give sizes of pieces, scale·v + floor.
type axis struct {
	from         int
	scale, floor float64
}

// shares returns the axis of k shares of the interval, none of them less than least.
func (b *bins) shares(from int, least float64) axis {
	return axis{from, 2 * b.bound * (1 - float64(b.k)*least), 2 * b.bound * least}
}

// size returns the size of bin k, row being the numbers of one element, a column every stride of them.
func (a axis) size(row []float64, k, stride int) float64 {
	return kernel.FMA(row[(a.from+k)*stride], a.scale, a.floor)
}

// spots are columns of where elements are: the bin, k outside; ∂log g′/∂x; the share t of the width; the sizes of the bin, the slopes at its
// ends and the share λ of the width where its two parts meet. As gradients they are those by sizes, slopes and λ.
type spots struct{ bin, bend, t, w, h, d0, d1, λ []float64 }

const spotColumns = 8

func newSpots(c columns) spots {
	return spots{c.at(0), c.at(1), c.at(2), c.at(3), c.at(4), c.at(5), c.at(6), c.at(7)}
}

// find sets the bin and its sizes of each element, the first bin that ends beyond it or the last, how far it is in it, as t, and where it begins, as beside,
// on the other axis.
func (b *bins) find(s spots, beside, in []float64, p columns, by, other axis) {
	for i, v := range in {
		if math.Abs(v) > b.bound {
			s.bin[i], s.t[i], s.w[i], s.h[i] = float64(b.k), 0, 1, 1 // which the formulas can take
			continue
		}
		row, k, far, sum := p.data[i:], 0, v+b.bound, 0.0
		for ; k < b.k-1; k++ {
			size := by.size(row, k, p.stride)
			if !(far >= size) {
				break
			}
			far, sum = far-size, sum+other.size(row, k, p.stride)
		}
		s.bin[i], s.t[i], beside[i] = float64(k), far, sum
		s.w[i], s.h[i] = b.width.size(row, k, p.stride), b.height.size(row, k, p.stride)
	}
}

// spread adds to the gradients of the sizes of bins that of bin k, and what all before it have by where it begins.
func (b *bins) spread(row []float64, stride, k int, w, h, left, bottom float64) {
	widths, heights := row[b.width.from*stride:], row[b.height.from*stride:]
	for j := range k {
		widths[j*stride] += left
		heights[j*stride] += bottom
	}
	widths[k*stride] += w
	heights[k*stride] += h
}

// gather sets to to the number that each element has in the column of its bin, from the given one on; 0 outside.
func (b *bins) gather(to []float64, s spots, p columns, from int) {
	for i, k := range s.bin {
		if to[i] = 0; int(k) < b.k {
			to[i] = p.data[(from+int(k))*p.stride+i]
		}
	}
}

// scatter adds the gradients of what gather gives.
func (b *bins) scatter(dp columns, s spots, g []float64, from int) {
	for i, k := range s.bin {
		if int(k) < b.k {
			dp.data[(from+int(k))*dp.stride+i] += g[i]
		}
	}
}
