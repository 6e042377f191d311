package flow

import "github.com/normflow/normflow/bijector"

// estimated returns the model as [Fit] sees it: with estimates of log-determinants where exact ones are dear, see [bijector.Estimator].
func (m *Transformed) estimated() *Transformed {
	e := *m
	e.Map = bijector.Estimated(m.Map).(bijector.Chain)
	e.all = e.Map
	return &e
}
