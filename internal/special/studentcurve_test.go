package special

import (
	"math"
	"sync"
	"testing"
)

// Values and quantiles are those of the continued fraction, on both sides, in the middle and far out,
// but for the rounding of logarithms of tails.
func TestStudentCurve(t *testing.T) {
	y, x, back := make([]float64, 900), make([]float64, 900), make([]float64, 900)
	for i := range y {
		y[i] = [3]float64{0.5 * Exp(-float64(i)*0.77), 0.5 - 0.5*Exp(-float64(i)*0.04), 0.5 + float64(i)/2000}[i%3]
	}
	y[0], y[1] = 0.5, 0x1p-1074
	for ν := 0.03; ν < 3e6; ν *= 1.7 {
		s, c := NewStudent(ν, LogBeta(0.5*ν, 0.5)), NewStudentCurve(ν, LogBeta(0.5*ν, 0.5))
		c.Quantile(x, y)
		c.CDF(back, x)
		for i, v := range y {
			want := math.Copysign(s.Inv(2*min(v, 1-v), 2*math.Abs(v-0.5)), v-0.5)
			if e := math.Abs(x[i] - want); e > (2e-14-Log(min(v, 1-v))*0x1p-50/ν)*math.Abs(want) && !math.IsInf(want, 0) {
				t.Errorf("ν = %v: quantile of %v = %v, want %v", ν, v, x[i], want)
			}
			want = s.Tail(math.Abs(x[i]))
			if x[i] > 0 {
				want = 1 - want
			}
			exponent := 0.5 * ν * Log1p(x[i]/ν*x[i])
			if e := math.Abs(back[i] - want); want > 1e-290 && !(e <= (1e-14+exponent*0x1p-50)*want) {
				t.Errorf("ν = %v: P(T ≤ %v) = %v, want %v", ν, x[i], back[i], want)
			}
		}
	}
}

// Curves that are kept are the ones asked for, from any number of goroutines, and more of them than
// there is room for.
func TestStudentCurvesAreKept(t *testing.T) {
	var wait sync.WaitGroup
	for g := range 4 {
		wait.Go(func() {
			for i := range 150 {
				ν := 1 + float64((i*7+g*31)%400)/50
				if c := NewStudentCurve(ν, LogBeta(0.5*ν, 0.5)); c.DF != ν {
					t.Errorf("ν = %v: got the curve of %v", ν, c.DF)
				}
			}
		})
	}
	wait.Wait()
	ν := 3.25
	c := NewStudentCurve(ν, LogBeta(0.5*ν, 0.5))
	if n := testing.AllocsPerRun(10, func() { NewStudentCurve(ν, c.share.LogBeta) }); n != 0 {
		t.Errorf("a curve that is there costs %v allocations, want none", n)
	}
}

// A number has the same curve alone and among others, and NaN stays.
func TestStudentCurveOneByOne(t *testing.T) {
	c := NewStudentCurve(4.5, LogBeta(2.25, 0.5))
	y := make([]float64, 2*studentChunk+5)
	for i := range y {
		y[i] = (float64(i) + 0.5) / float64(len(y))
	}
	y[7] = math.NaN()
	x, z, one := make([]float64, len(y)), make([]float64, len(y)), make([]float64, 1)
	c.Quantile(x, y)
	c.CDF(z, x)
	for i := range y {
		c.Quantile(one, y[i:i+1])
		if one[0] != x[i] && y[i] == y[i] {
			t.Errorf("quantile of %v: %v alone, %v among others", y[i], one[0], x[i])
		}
		c.CDF(one, x[i:i+1])
		if one[0] != z[i] && y[i] == y[i] {
			t.Errorf("P(T ≤ %v): %v alone, %v among others", x[i], one[0], z[i])
		}
	}
	if !math.IsNaN(x[7]) || !math.IsNaN(z[7]) {
		t.Errorf("of NaN: got %v, %v", x[7], z[7])
	}
}
