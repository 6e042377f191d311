package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"gonum.org/v1/gonum/mat"
)

// Marginal returns the normal distribution of some columns.
func (m *MultivariateNormal) Marginal(columns ...int) (Distribution, error) {
	a := newAffine(m.Mean(nil), m.L.Data(), columns)
	return NewMultivariateNormal(autodiff.Fixed(pickElements(a.loc, columns)...), a.factor(0, len(columns), 1)), nil
}

// Condition returns N(μ₂ + Σ₂₁Σ₁₁⁻¹(v−μ₁), Σ₂₂ − Σ₂₁Σ₁₁⁻¹Σ₁₂).
func (m *MultivariateNormal) Condition(columns []int, values []float64) (Distribution, error) {
	a := newAffine(m.Mean(nil), m.L.Data(), columns)
	loc, _ := a.given(values)
	return NewMultivariateNormal(autodiff.Fixed(loc...), a.factor(len(columns), len(a.loc), 1)), nil
}

// Marginal returns the t distribution of some columns, of the same degrees of freedom.
func (m *MultivariateStudentT) Marginal(columns ...int) (Distribution, error) {
	a := newAffine(m.Mode(nil), m.L.Data(), columns)
	df := autodiff.Fixed(m.DF.Numbers()...)
	return NewMultivariateStudentT(df, autodiff.Fixed(pickElements(a.loc, columns)...), a.factor(0, len(columns), 1)), nil
}

// Condition returns the t distribution with ν+k degrees of freedom that has the location of the
// normal one and its scale matrix times (ν+q)/(ν+k), q = (v−μ₁)ᵀΣ₁₁⁻¹(v−μ₁) of the k columns.
// P. Ding, On the conditional distribution of the multivariate t distribution, 2016, arXiv 1604.00561.
func (m *MultivariateStudentT) Condition(columns []int, values []float64) (Distribution, error) {
	a := newAffine(m.Mode(nil), m.L.Data(), columns)
	ν, k := m.DF.Numbers()[0], float64(len(columns))
	loc, q := a.given(values)
	l := a.factor(len(columns), len(a.loc), math.Sqrt((ν+q)/(ν+k)))
	return NewMultivariateStudentT(autodiff.Fixed(ν+k), autodiff.Fixed(loc...), l), nil
}

// Marginal returns fewer standard normal columns.
func (s *StdNormal) Marginal(columns ...int) (Distribution, error) {
	return NewStdNormal(len(columns)), nil
}

// Condition returns fewer standard normal columns.
func (s *StdNormal) Condition(columns []int, _ []float64) (Distribution, error) {
	return NewStdNormal(s.Dim() - len(columns)), nil
}

// normalOf returns the normal distribution of the mean and covariance matrix of m.
func normalOf(m interface {
	covariant
	Mean(dst []float64) []float64
}) (*MultivariateNormal, error) {
	var s mat.SymDense
	m.CovarianceMatrix(&s)
	return NewCovarianceNormal(autodiff.Fixed(m.Mean(nil)...), &s)
}

// Marginal returns the normal distribution of some columns.
func (m *PrecisionNormal) Marginal(columns ...int) (Distribution, error) {
	n, err := normalOf(m)
	if err != nil {
		return nil, err
	}
	return n.Marginal(columns...)
}

// Condition returns the normal distribution of the other columns given some.
func (m *PrecisionNormal) Condition(columns []int, values []float64) (Distribution, error) {
	n, err := normalOf(m)
	if err != nil {
		return nil, err
	}
	return n.Condition(columns, values)
}

// Marginal returns the normal distribution of some columns.
func (m *LowRankNormal) Marginal(columns ...int) (Distribution, error) {
	n, err := normalOf(m)
	if err != nil {
		return nil, err
	}
	return n.Marginal(columns...)
}

// Condition returns the normal distribution of the other columns given some.
func (m *LowRankNormal) Condition(columns []int, values []float64) (Distribution, error) {
	n, err := normalOf(m)
	if err != nil {
		return nil, err
	}
	return n.Condition(columns, values)
}
