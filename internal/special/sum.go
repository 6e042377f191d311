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
		s.add(x)
	}
}

func (s *Sum) add(x float64) {
	next, rest := TwoSum(s.sum, x)
	s.sum = next
	s.rest += rest
}

// TwoSum returns x + y rounded, and what the rounding took.
func TwoSum(x, y float64) (sum, rest float64) {
	sum = x + y
	b := sum - x
	return sum, (x - (sum - b)) + (y - b)
}

// AddProduct adds x·y.
func (s *Sum) AddProduct(x, y float64) {
	p := float64(x * y)
	s.add(p)
	s.rest += kernel.FMA(x, y, -p)
}

// AddTimes adds w·(hi + lo).
func (s *Sum) AddTimes(w, hi, lo float64) {
	s.AddProduct(w, hi)
	s.rest = kernel.FMA(w, lo, s.rest)
}

// AddLog adds w·log x.
func (s *Sum) AddLog(w, x float64) {
	hi, lo := kernel.LogSum(x)
	s.AddTimes(w, hi, lo)
}

// Value returns what was added.
func (s *Sum) Value() float64 {
	if v := s.sum + s.rest; !math.IsNaN(v) {
		return v
	}
	return s.sum
}
