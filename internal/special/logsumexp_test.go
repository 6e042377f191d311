package special

import (
	"math"
	"testing"
)

func TestLogSumExp(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		x    []float64
		want float64
	}{
		{[]float64{-2}, -2},
		{[]float64{1000, 1000}, 1000 + math.Ln2},
		{[]float64{-1e4, -1e4 - 1}, -1e4 + math.Log1p(math.Exp(-1))},
		{[]float64{-inf, 3}, 3},
		{[]float64{-inf, -inf}, -inf},
		{[]float64{inf, 3}, inf},
	} {
		if got := LogSumExp(c.x); got != c.want && !(math.Abs(got-c.want) <= 1e-15*math.Abs(c.want)) {
			t.Errorf("LogSumExp(%v): got %v, want %v", c.x, got, c.want)
		}
	}
}
