package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/need"
)

// An Initializer sets its parameters from data before training: so that, say,
// its output on the first batch has mean 0 and variance 1.
type Initializer interface {
	// Initialize sets the parameters from y, data as they arrive at the output
	// of Forward. A second call does nothing.
	Initialize(y autodiff.Var)
}

// An InputInitializer is an [Initializer] that can be turned around, see [Invert]: then the data
// arrive at its input.
type InputInitializer interface {
	Initializer
	// InitializeInput sets the parameters from x, data as they arrive at the input of Forward. A second
	// call, of either method, does nothing.
	InitializeInput(x autodiff.Var)
}

// Initialize sets the data-dependent parameters of b, and of its parts, from y, if it has any.
func Initialize(b Bijector, y autodiff.Var) {
	if b != nil {
		need.One("bijector: Initialize", "bijector", b)
	}
	initialize(b, atOutput(y))
}

func initialize(b Bijector, a Arrival) {
	if i, ok := b.(Initializer); ok {
		if d, ok := b.(interface{ initialized() bool }); ok && d.initialized() {
			return
		}
		if !a.AtInput {
			i.Initialize(a.Rows())
		} else if i, ok := b.(InputInitializer); ok {
			i.InitializeInput(a.Rows())
		}
	} else if c, ok := b.(Composite); ok {
		c.Walk(a, initialize)
	}
}

// moments returns the columns' means and standard deviations, 1 for a column whose values are all the same.
func moments(what string, v autodiff.Var, d int) (mean, sd []float64) {
	wantCols(what, v, d)
	mean, sd = kernel.Moments(v.Data(), v.Rows(), d)
	for j, s := range sd {
		if s > 0 && !math.IsInf(s, 1) {
			continue
		}
		if mean[j], sd[j] = scaledMoments(v.Data(), j, d); sd[j] == 0 {
			sd[j] = 1
		}
	}
	return mean, sd
}

// scaledMoments returns the moments of column j of d, whose squares may overflow or underflow.
func scaledMoments(x []float64, j, d int) (mean, sd float64) {
	most := 0.0
	for i := j; i < len(x); i += d {
		most = max(most, math.Abs(x[i]))
	}
	if most == 0 {
		return 0, 0
	}
	column := make([]float64, 0, len(x)/d)
	for i := j; i < len(x); i += d {
		column = append(column, x[i]/most)
	}
	m, s := kernel.Moments(column, len(column), 1)
	return most * m[0], most * s[0]
}

// turn makes moments that standardise the output those that standardise the input: −m/s and 1/s.
func turn(mean, sd []float64) {
	for j, s := range sd {
		mean[j], sd[j] = -mean[j]/s, 1/s
	}
}
