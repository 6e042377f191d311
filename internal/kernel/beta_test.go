package kernel

import (
	"math"
	"testing"
)

// betaError bounds the relative error of I_x(a, b): that of its logarithm
// grows with the terms of the logarithm.
func betaError(a, b, x float64) float64 {
	return 0x1p-52 * (16 + 2*math.Abs(a*math.Log(x)) + 2*math.Abs(b*math.Log1p(-x)) + 2*math.Abs(LogBeta(a, b)))
}

func TestBetaInc(t *testing.T) {
	worst := 0.0
	for _, c := range table(t, "betainc") {
		a, b, x := c.args[0], c.args[1], c.args[2]
		want, _ := c.value.Float64()
		p, q := BetaInc(a, b, x, 1-x, LogBeta(a, b))
		e := math.Abs(p-want) / want / betaError(a, b, x)
		if worst = max(worst, e); !(e <= 1) {
			t.Errorf("I(%v; %v, %v) = %v, want %v: %.3g of what is allowed", x, a, b, p, want, e)
		}
		if math.Abs(p+q-1) > 1e-15 {
			t.Errorf("I(%v; %v, %v): got p + q = %v, want 1", x, a, b, p+q)
		}
		l := LogBeta(a, b)
		back, rest := BetaQuantile(a, b, p, q, l)
		slope := math.Exp(logBetaTerm(a, b, x, 1-x, l)) / x / (1 - x)
		if d := math.Abs(back - x); !(d <= 4e-15*x+64*betaError(a, b, x)*min(p, q)/slope+0x1p-52*max(p, q)/slope) {
			t.Errorf("quantile of %v of the beta distribution %v, %v: got %v, want %v", p, a, b, back, x)
		}
		if rest+back != 1 && math.Abs(rest+back-1) > 1e-15 {
			t.Errorf("quantile of the beta distribution: got x + y = %v, want 1", rest+back)
		}
	}
	t.Logf("BetaInc: at most %.3g of what is allowed", worst)
}

func TestStudentRoundTrip(t *testing.T) {
	for _, ν := range []float64{0.3, 0.5, 1, 2, 3, 5, 30, 200, 1e4} {
		l := LogBeta(ν/2, 0.5)
		for _, p := range []float64{1e-300, 1e-100, 1e-30, 1e-10, 1e-3, 0.05, 0.2, 0.24, 0.26, 0.4, 0.49, 0.4999999, 0.5} {
			x := StudentQuantile(ν, p, l)
			if got := StudentTail(ν, x, l); !math.IsInf(x, 1) && !(math.Abs(got-p) <= 1e-14*(1+math.Abs(math.Log(p))+0.05*ν)*p) {
				t.Errorf("ν = %v: got tail %v at the quantile %v of %v", ν, got, x, p)
			}
		}
	}
	// ν = 1 is Cauchy's distribution, ν = 2 algebraic.
	if got, want := StudentTail(1, 1, LogBeta(0.5, 0.5)), 0.25; math.Abs(got-want) > 5e-16 {
		t.Errorf("got P(T > 1) = %v for ν = 1, want %v", got, want)
	}
	if got, want := StudentTail(2, 1, LogBeta(1, 0.5)), 0.5-0.5/math.Sqrt(3); math.Abs(got-want) > 5e-16 {
		t.Errorf("got P(T > 1) = %v for ν = 2, want %v", got, want)
	}
}

func BenchmarkStudentQuantile(b *testing.B) {
	l := LogBeta(2.5, 0.5)
	for b.Loop() {
		StudentQuantile(5, 0.03, l)
	}
}

func BenchmarkBetaInc(b *testing.B) {
	l := LogBeta(2.5, 0.5)
	for b.Loop() {
		BetaInc(2.5, 0.5, 0.4, 0.6, l)
	}
}

func BenchmarkBetaQuantile(b *testing.B) {
	l := LogBeta(2, 3)
	for b.Loop() {
		BetaQuantile(2, 3, 0.3, 0.7, l)
	}
}
