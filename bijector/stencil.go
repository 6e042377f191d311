package bijector

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// stencilPlaces are where a stencil has its points, in steps from the middle.
var stencilPlaces = [4]float64{1, -1, 2, -2}

// stencilStep is the step of a stencil around the shape a.
func stencilStep(a float64) float64 { return 0.002 * a / (1 + math.Sqrt(a)) }

// A stencil holds the beta distributions with a shape and with those around it, for derivatives of
// fourth order.
type stencil struct {
	at, other, h float64
	mid          special.Beta
	around       [4]special.Beta
}

// move puts the stencil around a; other is a further argument of make. It costs nothing where
// the stencil stands already.
func (s *stencil) move(a, other float64, make func(a float64) special.Beta) {
	if s.at == a && s.other == other {
		return
	}
	s.at, s.other, s.h = a, other, stencilStep(a)
	s.mid = make(a)
	for i, k := range stencilPlaces {
		s.around[i] = make(kernel.FMA(k, s.h, a))
	}
}

// derivative returns tail′(a) of a positive function by differences of its
// logarithm.
func (s *stencil) derivative(tail func(special.Beta) float64) float64 {
	var g [4]float64
	for i := range g {
		g[i] = tail(s.around[i])
	}
	kernel.Log(g[:], g[:])
	d := tail(s.mid) * ((8*(g[0]-g[1]) - (g[2] - g[3])) / (12 * s.h))
	if math.IsNaN(d) {
		return 0 // the function underflows
	}
	return d
}
