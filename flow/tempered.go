package flow

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
)

// Tempered returns a model that shares the parameters of m and whose base is
// spread by t: for a standard normal base, samples at a temperature t below 1 are
// more typical and less diverse, and t = 0.7 is usual for images. It panics
// unless t is positive.
func (m *Transformed) Tempered(t float64) *Transformed {
	m.there("Tempered")
	if !(t > 0) || math.IsInf(t, 1) {
		panic(fmt.Sprintf("flow: Tempered: got temperature %v, want a positive number", t))
	}
	c := *m
	c.Map = append(bijector.Chain{bijector.NewScale(autodiff.Fixed(t))}, m.Map...)
	c.all = c.Map
	return &c
}
