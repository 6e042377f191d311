package special

import (
	"math"
	"testing"
)

func TestSum(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		x    []float64
		want float64
	}{
		{[]float64{1, 1e100, 1, -1e100}, 2},
		{[]float64{0.1, 1e17, 0.2, -1e17}, 0.30000000000000004},
		{[]float64{1, inf, 2}, inf},
		{[]float64{-inf, 1}, -inf},
		{[]float64{inf, -inf}, math.NaN()},
		{nil, 0},
	} {
		var s Sum
		if s.Add(c.x...); s.Value() != c.want && !(math.IsNaN(c.want) && math.IsNaN(s.Value())) {
			t.Errorf("Σ %v: got %v, want %v", c.x, s.Value(), c.want)
		}
	}
	var logs Sum
	logs.AddLog(3, 1e100)
	logs.AddLog(-1, 1e299)
	if got := logs.Value(); math.Abs(got-math.Ln10) > 1e-15 {
		t.Errorf("3·log 10¹⁰⁰ − log 10²⁹⁹: got %v, want %v", got, math.Ln10)
	}
	var s Sum
	s.AddProduct(1+0x1p-30, 1-0x1p-30)
	s.Add(-1)
	if got := s.Value(); got != -0x1p-60 {
		t.Errorf("(1+2⁻³⁰)(1−2⁻³⁰) − 1: got %v, want −2⁻⁶⁰", got)
	}
}
