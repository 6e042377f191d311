package sbi

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// An outcome says how an observation becomes the row whose density the likelihood is.
type outcome struct {
	Keep  []int  // columns: those that are not constant
	Whole []bool // of these: they are whole numbers, which become a density by uniform noise
	Log   []bool // of these: they are positive and skewed, and their logarithms are learned
	Least []float64
	Fixed []int     // columns: the constant ones
	At    []float64 // their values
}

// newOutcome looks at the observations of simulations.
func newOutcome(x *mat.Dense) *outcome {
	o := new(outcome)
	_, d := x.Dims()
	for j := range d {
		v := mat.Col(nil, j, x)
		if slices.Min(v) == slices.Max(v) {
			o.Fixed, o.At = append(o.Fixed, j), append(o.At, v[0])
			continue
		}
		whole := !slices.ContainsFunc(v, func(v float64) bool { return v != math.Trunc(v) })
		logs := slices.Min(v) >= 0 && stat.Skew(v, nil) > 1
		least := 0.0
		if logs && !whole && slices.Min(v) == 0 {
			least = math.Inf(1)
			for _, v := range v {
				if v > 0 {
					least = min(least, v/2)
				}
			}
		}
		o.Keep, o.Whole, o.Log, o.Least = append(o.Keep, j), append(o.Whole, whole), append(o.Log, logs), append(o.Least, least)
	}
	return o
}

// rows returns the rows of observations, whole numbers with uniform noise from r, or one half if r is nil.
func (o *outcome) rows(x *mat.Dense, r *rand.Rand) *mat.Dense {
	n, _ := x.Dims()
	y := mat.NewDense(n, len(o.Keep), nil)
	for i := range n {
		for k, j := range o.Keep {
			v := x.At(i, j)
			if o.Whole[k] && r != nil {
				v += r.Float64()
			} else if o.Whole[k] {
				v += 0.5
			}
			if o.Log[k] {
				v = special.Log(max(v+o.Least[k], math.SmallestNonzeroFloat64))
			}
			y.Set(i, k, v)
		}
	}
	return y
}

// impossible says which column of an observation has a value that no simulation has, where all have the same.
func (o *outcome) impossible(x []float64) string {
	for k, j := range o.Fixed {
		if x[j] != o.At[k] {
			return fmt.Sprintf("column %d of the observation is %v where all simulations have %v: it tells nothing of θ here, and the simulator cannot have made it", j, x[j], o.At[k])
		}
	}
	return ""
}

// checkFixed returns an error unless the constant columns are of width ones.
func (o *outcome) checkFixed(width int) error {
	if len(o.Fixed) != len(o.At) {
		return fmt.Errorf("got %d constant columns and %d values, want as many", len(o.Fixed), len(o.At))
	}
	for _, j := range o.Fixed {
		if j < 0 || j >= width {
			return fmt.Errorf("got constant column %d of observations of %d, want one of these", j, width)
		}
	}
	return nil
}

// check returns an error unless there are n columns kept, of width ones.
func (o *outcome) check(n, width int) error {
	if len(o.Keep) != n || len(o.Whole) != n || len(o.Log) != n || len(o.Least) != n {
		return fmt.Errorf("got columns %d, %d, %d, %d of observations, want %d of each", len(o.Keep), len(o.Whole), len(o.Log), len(o.Least), n)
	}
	for k, j := range o.Keep {
		if j < 0 || j >= width || !(o.Least[k] >= 0) {
			return fmt.Errorf("got column %d of observations of %d with %v added, want one of these and at least 0", j, width, o.Least[k])
		}
	}
	return nil
}
