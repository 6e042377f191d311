package special

import (
	"math"
	"testing"
)

// Tails are those of the continued fraction but for the rounding of their exponent, for any
// degrees of freedom, and all polynomials are good.
func TestStudentTails(t *testing.T) {
	x, l, got := make([]float64, 1500), make([]float64, 1500), make([]float64, 1500)
	for ν := 0.1; ν < 1.1e6; ν *= 1.37 {
		s := NewStudent(ν, LogBeta(0.5*ν, 0.5))
		f := NewStudentTails(s)
		if !f.good {
			t.Errorf("ν = %v: no good polynomial", ν)
		}
		for i := range x {
			x[i] = Exp(float64(i)/50-8) * float64(1-i%2*2)
			l[i] = Log1p(x[i] / ν * x[i])
		}
		x[0], l[0] = 0, 0
		f.Tails(got, x, l)
		for i, v := range x {
			want := s.Tail(math.Abs(v))
			if e := math.Abs(got[i] - want); want > 1e-290 && !(e <= (2e-14+math.Abs(0.5*ν*l[i])*0x1p-50)*want) {
				t.Errorf("ν = %v: P(T > %v) = %v, want %v", ν, v, got[i], want)
			}
		}
	}
}

func BenchmarkStudentTails(b *testing.B) {
	f := NewStudentTails(NewStudent(5, LogBeta(2.5, 0.5)))
	x, l, p := make([]float64, 512), make([]float64, 512), make([]float64, 512)
	for i := range x {
		x[i] = float64(i) / 100
		l[i] = Log1p(x[i] / 5 * x[i])
	}
	for b.Loop() {
		f.Tails(p, x, l)
	}
}
