package flow

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// A Univariate is a model of one column as a distribution of gonum's distuv: it satisfies distuv.RandLogProber
// and distuv.Quantiler. With y = f(x),
//
//	F(y) = base F(f⁻¹(y)) where f increases, 1 − base F(f⁻¹(y)) where it decreases
//
// A density or distribution function costs one inverse pass, a sample or quantile one forward pass. It is safe for concurrent use
// as the model is.
type Univariate struct {
	model *Transformed
	base  interface {
		dist.CDFer
		dist.Quantiler
	}
	falls  bool // f decreases
	median float64
}

// NewUnivariate returns a model of one column as a distribution of numbers. It returns an error unless the model
// has one column and no open context, its base knows its distribution function and quantiles,
// and its map is found to be strictly monotone at a thousand quantiles of the base.
func NewUnivariate(m *Transformed) (*Univariate, error) {
	need.One("flow: NewUnivariate", "model", m)
	if m.Dim() != 1 || m.CondDim() != 0 || dist.CondDim(m.Base) != 0 {
		return nil, fmt.Errorf("flow: NewUnivariate: got a model of %d columns and context width %d, want one column and no context", m.Dim(), max(m.CondDim(), dist.CondDim(m.Base)))
	}
	u := &Univariate{model: m}
	var ok bool
	if u.base, ok = m.Base.(interface {
		dist.CDFer
		dist.Quantiler
	}); !ok {
		return nil, fmt.Errorf("flow: NewUnivariate: got a base %T, want one with distribution function and quantiles", m.Base)
	}
	const n = 1000
	x := mat.NewDense(n, 1, nil)
	for i := range n {
		x.Set(i, 0, u.base.Quantile(nil, []float64{(float64(i) + 0.5) / n})[0])
	}
	y := m.Decode(nil, x).RawMatrix().Data
	u.falls, u.median = y[n-1] < y[0], y[n/2]
	for i := 1; i < n; i++ {
		if up := y[i] > y[i-1]; up == u.falls || !up && !(y[i] < y[i-1]) {
			return nil, fmt.Errorf("flow: NewUnivariate: got a map that takes %v to %v and %v to %v, want a strictly monotone one", x.At(i-1, 0), y[i-1], x.At(i, 0), y[i])
		}
	}
	return u, nil
}

// LogProb returns log p(y): −Inf outside the support.
func (u *Univariate) LogProb(y float64) float64 { return u.model.LogProb([]float64{y}) }

// Prob returns p(y).
func (u *Univariate) Prob(y float64) float64 { return special.Exp(u.LogProb(y)) }

// CDF returns P(Y ≤ y).
func (u *Univariate) CDF(y float64) float64 { return u.tail(y, u.falls) }

// Survival returns P(Y > y), accurate where it is small.
func (u *Univariate) Survival(y float64) float64 { return u.tail(y, !u.falls) }

// tail returns the mass of the base above f⁻¹(y), or that below.
func (u *Univariate) tail(y float64, above bool) float64 {
	x := u.model.Encode(nil, mat.NewDense(1, 1, []float64{y})).RawMatrix().Data
	switch {
	case math.IsNaN(x[0]) && !math.IsNaN(y): // outside the range of f, which is an interval
		if (y > u.median) != (above != u.falls) {
			return 1
		}
		return 0
	case above:
		return u.base.Survival(nil, x)[0]
	}
	return u.base.CDF(nil, x)[0]
}

// Quantile returns the y with P(Y ≤ y) = p. It panics unless 0 < p < 1.
func (u *Univariate) Quantile(p float64) float64 {
	if !(p > 0 && p < 1) {
		panic(fmt.Sprintf("flow: Univariate.Quantile: got %v, want a probability between 0 and 1", p))
	}
	x := mat.NewDense(1, 1, nil)
	if u.falls {
		dist.InverseSurvival(u.base, x.RawRowView(0), []float64{p})
	} else {
		u.base.Quantile(x.RawRowView(0), []float64{p})
	}
	return u.model.Decode(nil, x).At(0, 0)
}

// Rand returns a sample, by the model's source: see [Transformed.WithSource].
func (u *Univariate) Rand() float64 { return u.model.Rand(nil)[0] }
