package special

import (
	"math"
	"testing"
)

func TestBetaIncInv(t *testing.T) {
	for _, a := range []float64{0.05, 0.5, 1, 3, 40, 1000} {
		for _, b := range []float64{0.25, 1, 20, 3000} {
			d := NewBeta(a, b)
			for _, p := range []float64{1e-200, 1e-12, 1e-3, 0.2, 0.5, 0.7, 0.999} {
				x, y := d.Inv(p, 1-p)
				if math.Abs(x+y-1) > 2e-16 {
					t.Errorf("quantile of %v of the beta distribution %v, %v: got x + y = %v, want 1", p, a, b, x+y)
				}
				if got, _ := d.Inc(x, y); x > 1e-300 && math.Abs(got/p-1) > 1e-14*(1+a+b)*max(1, p/(1-p)) {
					t.Errorf("BetaInc(%v, %v, %v, %v): got %v, want %v", a, b, x, y, got, p)
				}
				if u := d.LogitInv(p, 1-p); x > 1e-300 && y > 1e-300 && math.Abs(u-math.Log(x/y)) > 4e-16*(1+math.Abs(u)) {
					t.Errorf("logit of the quantile of %v of the beta distribution %v, %v: got %v, want %v", p, a, b, u, math.Log(x/y))
				}
			}
		}
	}
}

// The quantiles of a distribution with a small shape, from either end.
func TestBetaIncInvOfSmallShapes(t *testing.T) {
	for _, a := range []float64{1e-300, 1e-200, 1e-20, 1e-8, 1e-3, 0.05, 0.3} {
		for _, b := range []float64{1e-20, 0.1, 1, 20, 3000, 1e8} {
			d := NewBeta(a, b)
			for _, x := range []float64{1e-290, 1e-30, 1e-9, 0.01, 0.25, 0.375, 0.625, 0.9375} {
				p, q := d.Inc(x, 1-x)
				if q < 1e-300 || d.kernel(x, 1-x) < 1e-8*min(p, q) { // p and q hardly depend on x
					continue
				}
				if got, _ := d.Inv(p, q); !(math.Abs(got/x-1) < 1e-14*(3+math.Abs(math.Log(x))+min(p, q)/d.kernel(x, 1-x))) {
					t.Errorf("a = %v, b = %v: got the quantile %v, want %v", a, b, got, x)
				}
			}
		}
	}
}

func TestStudentRoundTrip(t *testing.T) {
	for _, ν := range []float64{0.3, 0.5, 1, 2, 3, 5, 30, 200, 1e4} {
		l := LogBeta(ν/2, 0.5)
		for _, p := range []float64{1e-300, 1e-100, 1e-30, 1e-10, 1e-3, 0.05, 0.2, 0.24, 0.26, 0.4, 0.49, 0.4999999, 0.5} {
			x := NewStudent(ν, l).Inv(2*p, 1-2*p)
			if got := NewStudent(ν, l).Tail(x); !math.IsInf(x, 1) && !(math.Abs(got-p) <= 1e-14*(1+math.Abs(math.Log(p))+0.05*ν)*p) {
				t.Errorf("ν = %v: got tail %v at the quantile %v of %v", ν, got, x, p)
			}
		}
	}
	// ν = 1 is Cauchy's distribution, ν = 2 algebraic.
	if got, want := NewStudent(1, LogBeta(0.5, 0.5)).Tail(1), 0.25; math.Abs(got-want) > 5e-16 {
		t.Errorf("got P(T > 1) = %v for ν = 1, want %v", got, want)
	}
	if got, want := NewStudent(2, LogBeta(1, 0.5)).Tail(1), 0.5-0.5/math.Sqrt(3); math.Abs(got-want) > 5e-16 {
		t.Errorf("got P(T > 1) = %v for ν = 2, want %v", got, want)
	}
}

func BenchmarkStudentInv(b *testing.B) {
	l := LogBeta(2.5, 0.5)
	for b.Loop() {
		NewStudent(5, l).Inv(0.06, 0.94)
	}
}

func BenchmarkBetaInc(b *testing.B) {
	d := NewBeta(2.5, 0.5)
	for b.Loop() {
		d.Inc(0.4, 0.6)
	}
}

func BenchmarkBetaIncInv(b *testing.B) {
	d := NewBeta(2, 3)
	for b.Loop() {
		d.Inv(0.3, 0.7)
	}
}

// The quantiles of all shapes are numbers whose probabilities are right.
func TestBetaIncInvOfAllShapes(t *testing.T) {
	shapes := []float64{1e-300, 0.1, 0.5, 1, 3, 30, 1e4, 1e7, 1e12, 1e20, 1e50, 1e99, 1e101, 1e150, 1e200, 1e300, 1e308}
	for _, a := range shapes {
		for _, b := range shapes {
			d := NewBeta(a, b)
			for _, p := range []float64{1e-300, 1e-9, 0.2, 0.5, 0.9, 1 - 1e-9} {
				x, y, u := d.inv(p, 1-p)
				lower, upper := d.Inc(x, y)
				tolerance := 1e-12*min(p, 1-p) + float64(1e-13*d.kernel(x, y)*max(1, min(a, b), math.Abs(u))) + 3e-16
				switch {
				case math.IsNaN(x + y + u + lower + upper):
					t.Errorf("a = %v, b = %v: the quantile of %v is %v, %v, with the probabilities %v, %v", a, b, p, x, y, lower, upper)
				case min(x, y) > 1e-300 && min(a, b) < 1e12 && !(math.Abs(lower-p) <= tolerance):
					t.Errorf("a = %v, b = %v: the quantile of %v has the probability %v", a, b, p, lower)
				}
			}
		}
	}
}

// Where logarithms that are large beside the sum of them, or the greater part, would take digits; the values are mpmath's.
func TestBetaIncDigits(t *testing.T) {
	for _, c := range [][4]float64{
		{168.0, 105.0, 0.41, 4.275380501411024362942e-12},
		{46.625, 14.875, 0.415, 1.953242804091126324841e-8},
		{9.625, 94.875, 0.0055, 1.208835266509404806294e-9},
		{0.421875, 123.0, 0.00642, 0.1712782833512679594135},
		{0.203125, 18.0, 9.37e-54, 3.304575303541051739495e-11},
		{4.375, 129.0, 0.000291, 1.389097014506638334635e-8},
		{0.23046875, 178.0, 0.00113, 0.2684991323058240592185},
		{60.5, 89.125, 0.269, 0.0001829567334809524163253},
		{0.265625, 136.0, 0.0069, 0.0799078685715191807309},
	} {
		p, q := NewBeta(c[0], c[1]).Inc(c[2], 1-c[2])
		if e := math.Abs(min(p, q)-c[3]) / c[3] * 0x1p53; !(e <= 8) {
			t.Errorf("I(%v, %v; %v): got %v, want %v: %.1f units", c[0], c[1], c[2], min(p, q), c[3], e)
		}
	}
}
