package special

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
)

// stirling are the coefficients B₂ₖ/(2k(2k−1)) of 1/x^(2k−1).
var stirling = [...]float64{1. / 12, -1. / 360, 1. / 1260, -1. / 1680, 1. / 1188, -691. / 360360, 1. / 156, -3617. / 122400}

// Stirling returns the remainder of Stirling's formula,
// log Γ(x) − (x−½)·log x + x − ½·log 2π for x > 0; NaN for x < 0.
func Stirling(x float64) float64 {
	if x < 0 {
		return math.NaN()
	}
	sum := 0.0
	for ; x < 10; x++ { // δ(x) = δ(x+1) + (x+½)·log(1+1/x) − 1
		if x < 0.5 {
			sum += smallStirling(x)
			continue
		}
		s, tail := 1/float64((2*x+1)*(2*x+1)), 0.0 // atanh(1/(2x+1))·(2x+1) − 1
		for _, c := range odd[len(odd)-powers(x):] {
			tail = kernel.FMA(tail, s, c)
		}
		sum = kernel.FMA(tail, s, sum)
	}
	s, u := 0.0, 1/x
	for k := len(stirling) - 1; k >= 0; k-- {
		s = kernel.FMA(s, u*u, stirling[k])
	}
	return kernel.FMA(s, u, sum)
}

// smallStirling returns (x+½)·log(1+1/x) − 1 for 0 ≤ x < ½.
func smallStirling(x float64) float64 {
	if x < 1e-300 {
		return float64(-0.5*Log(x)) - 1
	}
	var sum Sum
	hi, lo := kernel.Log1pSum(x, 0)
	sum.AddTimes(0.5, hi, lo)
	sum.AddProduct(x, hi)
	sum.Add(-1)
	sum.AddLog(-0.5, x)
	sum.AddLog(-x, x)
	return sum.Value()
}

// odd are 1/57, 1/55, …, 1/3.
var odd = func() (c [28]float64) {
	for i := range c {
		c[i] = 1 / float64(57-2*i)
	}
	return c
}()

// powers returns how many powers of 1/(2x+1)² come to 2⁻⁶⁰.
func powers(x float64) int {
	switch {
	case x < 1:
		return 28
	case x < 2:
		return 19
	case x < 4:
		return 13
	}
	return 10
}
