package special

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
)

// A Sum adds numbers that cancel: it is rounded once, at the end. Infinities and NaN are as in a plain sum.
type Sum struct{ sum, rest float64 }

// Add adds the numbers.
func (s *Sum) Add(x ...float64) {
	for _, x := range x {
		next := s.sum + x
		if math.Abs(s.sum) >= math.Abs(x) {
			s.rest += (s.sum - next) + x
		} else {
			s.rest += (x - next) + s.sum
		}
		s.sum = next
	}
}

// AddProduct adds x·y.
func (s *Sum) AddProduct(x, y float64) {
	p := float64(x * y)
	s.Add(p)
	s.rest += kernel.FMA(x, y, -p)
}

// Value returns what was added.
func (s *Sum) Value() float64 {
	if v := s.sum + s.rest; !math.IsNaN(v) {
		return v
	}
	return s.sum
}
