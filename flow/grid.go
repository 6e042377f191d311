package flow

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/need"
	"gonum.org/v1/gonum/mat"
)

// Grid returns the step of each column whose values lie on a grid, such as 1 for whole numbers and 0.1 for numbers
// with one decimal, and 0 for the others: those with values that hardly two rows share, of distances without a common measure, or
// all the same. With noise of these widths, Rows(x).Dequantized(Grid(x)...), such columns have a density in which there are no
// spikes to gain by. Steps are seen down to 4·10⁻⁶ of the largest value. It costs a sort of each column.
func Grid(x mat.Matrix) []float64 {
	need.One("flow: Grid", "matrix", x)
	_, d := x.Dims()
	steps := make([]float64, d)
	for j := range d {
		steps[j] = describeColumn(mat.Col(nil, j, x)).Step
	}
	return steps
}

// gridStep returns the largest step of which all distances of ascending values are multiples, as
// far as numbers that may have been rounded to 24 bits tell; 0 if it is next to nothing.
func gridStep(sorted []float64) float64 {
	lo, hi := sorted[0], sorted[len(sorted)-1]
	tolerance := 0x1p-22 * max(math.Abs(lo), math.Abs(hi))
	step := 0.0
	for i, v := range sorted[1:] {
		for a, b := step, v-sorted[i]; ; a, b = b, math.Abs(kernel.FMA(-b, math.Round(a/b), a)) { // Euclid's algorithm
			if b <= tolerance {
				step = a
				break
			}
		}
		if step > 0 && step < 16*tolerance {
			return 0
		}
	}
	if step == 0 {
		return 0
	}
	step = (hi - lo) / math.Round((hi-lo)/step)
	for _, v := range sorted {
		at := (v - lo) / step
		if math.Abs(at-math.Round(at))*step > 2*tolerance {
			return 0
		}
	}
	return step
}
