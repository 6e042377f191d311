package dist

import (
	"fmt"
	"math"
	"slices"

	"github.com/normflow/normflow/internal/kernel"
	"gonum.org/v1/gonum/mat"
)

// standardised holds rows of data with columns of location 0 and scale 1, and their
// weights, or nil, whose sum is the number of rows that they are worth.
type standardised struct {
	n, d       int
	x          []float64
	weights    []float64
	loc, scale []float64
}

// far is where standardised values end: squares of theirs still have digits beside 1.
const far = 1e7

// standardRows checks and standardises the rows of data that have a weight.
func standardRows(what string, data mat.Matrix, weights []float64, minScale float64) (*standardised, error) {
	_, d := data.Dims()
	z := &standardised{d: d}
	if err := z.take(what, data, weights); err != nil {
		return nil, err
	}
	if z.n < 2 && minScale == 0 || z.n < 1 {
		return nil, fmt.Errorf("dist: %s: got %d rows with a weight, want at least two", what, z.n)
	}
	z.countWeights()
	return z, z.setScales(what, minScale)
}

// take checks the rows of data and takes those that have a weight.
func (z *standardised) take(what string, data mat.Matrix, weights []float64) error {
	n, _ := data.Dims()
	if weights != nil && len(weights) != n {
		return fmt.Errorf("dist: %s: got %d weights for %d rows, want one each", what, len(weights), n)
	}
	for i := range n {
		if weights != nil {
			if w := weights[i]; !(w >= 0) || math.IsInf(w, 0) {
				return fmt.Errorf("dist: %s: row %d: got weight %v, want a finite number of at least 0", what, i, w)
			} else if w == 0 {
				continue
			}
			z.weights = append(z.weights, weights[i])
		}
		z.n++
		for j := range z.d {
			v := data.At(i, j)
			if math.IsNaN(v - v) {
				return fmt.Errorf("dist: %s: row %d, column %d: got %v, want finite numbers", what, i, j, v)
			}
			z.x = append(z.x, v)
		}
	}
	return nil
}

// weight returns the weight of row i of those taken.
func (z *standardised) weight(i int) float64 {
	if z.weights == nil {
		return 1
	}
	return z.weights[i]
}

// countWeights scales the weights to the sum (Σw)²/Σw².
func (z *standardised) countWeights() {
	if z.weights == nil {
		return
	}
	kernel.Scale(z.weights, z.weights, 1/slices.Max(z.weights))
	kernel.Scale(z.weights, z.weights, kernel.Sum(z.weights)/kernel.Dot(z.weights, z.weights))
}

// setScales standardises the columns by mean and deviation of their values, the lowest
// and the highest hundredth counting as their quantiles.
func (z *standardised) setScales(what string, minScale float64) error {
	z.loc, z.scale = make([]float64, z.d), make([]float64, z.d)
	column := make([]float64, z.n)
	for j := range z.d {
		for i := range column {
			column[i] = z.x[i*z.d+j]
		}
		loc, scale := winsorised(column)
		if scale = max(scale, minScale); scale == 0 {
			return fmt.Errorf("dist: %s: column %d is constant: got %v in all rows, want two different numbers", what, j, loc)
		}
		z.loc[j], z.scale[j] = loc, scale
	}
	z.toScale()
	return nil
}

// toScale standardises the rows.
func (z *standardised) toScale() {
	for i := range z.x {
		j := i % z.d
		z.x[i] = max(min((z.x[i]-z.loc[j])/z.scale[j], far), -far)
	}
}

// winsorised returns mean and standard deviation of the values, the lowest and the highest
// hundredth counting as their quantiles, or none if those quantiles are equal. It sorts x.
func winsorised(x []float64) (mean, sd float64) {
	slices.Sort(x)
	n := len(x)
	if x[0] == x[n-1] {
		return x[0], 0
	}
	cut := n / 100
	if x[cut] == x[n-1-cut] {
		cut = 0
	}
	low, high := x[cut], x[n-1-cut]
	unit := max(math.Abs(low), math.Abs(high)) // no square overflows
	for _, v := range x {
		mean += max(min(v, high), low) / unit / float64(n)
	}
	for _, v := range x {
		e := max(min(v, high), low)/unit - mean
		sd = kernel.FMA(e, e/float64(n), sd)
	}
	return mean * unit, math.Sqrt(sd) * unit
}
