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

// AddLog adds w·log x.
func (s *Sum) AddLog(w, x float64) {
	if !(x > 0 && x <= math.MaxFloat64) {
		s.Add(w * Log(x))
		return
	}
	hi, lo := kernel.LogSum(x)
	s.AddProduct(w, hi)
	s.rest = kernel.FMA(w, lo, s.rest)
}

// Value returns what was added.
func (s *Sum) Value() float64 {
	if v := s.sum + s.rest; !math.IsNaN(v) {
		return v
	}
	return s.sum
}
