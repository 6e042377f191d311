package dist

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/special"
)

// A Marginaler knows the distribution of some of its columns. [Marginal] asks for it.
type Marginaler interface {
	// Marginal returns the distribution of the columns, in their order, each a column of the
	// distribution and none twice; its parameters are constants. It returns an error if
	// a part does not know it.
	Marginal(columns ...int) (Distribution, error)
}

// A Conditioner knows the distribution of its other columns given some. [Condition] asks for it.
type Conditioner interface {
	// Condition returns the distribution of the other columns, in their order, given that columns
	// have the values; its parameters are constants. It returns an error if a part does not know it or
	// the values have no density.
	Condition(columns []int, values []float64) (Distribution, error)
}

// Marginal returns the distribution of some columns of d, in the order of columns. It returns an error if d
// does not know it. It panics unless there are columns, each of d and none twice.
func Marginal(d Distribution, columns ...int) (Distribution, error) {
	need.One("dist: Marginal", "distribution", d)
	rest(d.Dim(), columns)
	if len(columns) == 0 {
		panic("dist: Marginal: got no columns, want at least one")
	}
	m, ok := d.(Marginaler)
	if !ok {
		return nil, fmt.Errorf("dist: Marginal: %T does not know the distribution of some of its columns", d)
	}
	return m.Marginal(columns...)
}

// Condition returns the distribution of the other columns of d, in their order, given that
// columns have the values. It returns an error if d does not know it or the values have no density.
// It panics unless columns are of d, not all, none twice, and there is a finite value for each.
func Condition(d Distribution, columns []int, values []float64) (Distribution, error) {
	need.One("dist: Condition", "distribution", d)
	if len(rest(d.Dim(), columns)) == 0 {
		panic("dist: Condition: got all columns, want one left")
	}
	checkLen("Condition: values", len(values), len(columns))
	for i, v := range values {
		if math.IsNaN(v - v) {
			panic(fmt.Sprintf("dist: Condition: column %d: got %v, want a finite number", columns[i], v))
		}
	}
	c, ok := d.(Conditioner)
	if !ok {
		return nil, fmt.Errorf("dist: Condition: %T does not know the distribution of some of its columns given others", d)
	}
	return c.Condition(columns, values)
}

// rest returns the columns that are not among the given ones, which it checks.
func rest(d int, columns []int) (others []int) {
	given := make([]bool, d)
	for _, j := range columns {
		if j < 0 || j >= d || given[j] {
			panic(fmt.Sprintf("dist: got column %d among %v, want numbers from 0 to %d, none twice", j, columns, d-1))
		}
		given[j] = true
	}
	for j, g := range given {
		if !g {
			others = append(others, j)
		}
	}
	return others
}

// Marginal returns the mixture of the parts' marginals.
func (m *Mixture) Marginal(columns ...int) (Distribution, error) {
	parts := make([]Distribution, len(m.Parts))
	for k, p := range m.Parts {
		var err error
		if parts[k], err = Marginal(p, columns...); err != nil {
			return nil, err
		}
	}
	return NewMixture(autodiff.Fixed(m.Logits.Numbers()...), parts...), nil
}

// Condition returns the mixture of the parts' conditionals, with weights proportional to wₖ·pₖ(v):
// parts of no weight are left out.
func (m *Mixture) Condition(columns []int, values []float64) (Distribution, error) {
	logs, top := make([]float64, len(m.Parts)), math.Inf(-1)
	for k, w := range m.Logits.Numbers() {
		marginal, err := Marginal(m.Parts[k], columns...)
		if err != nil {
			return nil, err
		}
		logs[k] = w + LogProb(marginal, values)
		top = max(top, logs[k])
	}
	if math.IsInf(top, -1) {
		return nil, fmt.Errorf("dist: Condition: got %v for columns %v, where the mixture has no density", values, columns)
	}
	var parts []Distribution
	var weights []float64
	for k, l := range logs {
		if w := special.Exp(l - top); w > 0 {
			p, err := Condition(m.Parts[k], columns, values)
			if err != nil {
				return nil, err
			}
			parts, weights = append(parts, p), append(weights, w)
		}
	}
	return NewMixture(FixedWeights(weights...), parts...), nil
}
