package kernel

import "math"

// LogBeta returns log B(a, b) for positive a and b: Stirling's formula with the
// large terms cancelled by hand.
func LogBeta(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	s := a + b
	l := math.FMA(a-0.5, -log1p1(b/a), float64(b*log1(b/s)))
	return l - float64(0.5*log1(b)) + halfLog2Pi + (stirling(a) - stirling(s) + stirling(b))
}

// stirling returns log Γ(x) − (x−½)·log x + x − ½·log 2π: the recurrence up to
// 10, the asymptotic series beyond.
func stirling(x float64) float64 {
	s := 0.0
	for ; x < 10; x++ {
		s += math.FMA(x+0.5, log1p1(1/x), -1)
	}
	r := 1 / x
	return s + float64(r*horner(stirlingSeries[:], float64(r*r)))
}

var stirlingSeries = [8]float64{1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360, 1.0 / 156, -3617.0 / 122400}

// BetaInc returns the regularised incomplete beta function p = I_x(a, b) and q =
// 1 − p, of which the smaller one has small relative error; y = 1 − x, and
// logBeta = log B(a, b).
func BetaInc(a, b, x, y, logBeta float64) (p, q float64) {
	switch {
	case x != x || y != y:
		return math.NaN(), math.NaN()
	case x <= 0:
		return 0, 1
	case y <= 0:
		return 1, 0
	}
	k := exp1(logBetaTerm(a, b, x, y, logBeta))
	if float64(x*(a+b+2)) < a+1 {
		p = k / betaFraction(a, b, x, y)
		return p, 1 - p
	}
	q = k / betaFraction(b, a, y, x)
	return 1 - q, q
}

// logBetaTerm returns log(xᵃ·yᵇ/B(a,b)).
func logBetaTerm(a, b, x, y, logBeta float64) float64 {
	lx, ly := log1(x), log1(y)
	if x > 0.5 {
		lx = log1p1(-y)
	} else {
		ly = log1p1(-x)
	}
	return math.FMA(a, lx, math.FMA(b, ly, -logBeta))
}

// betaFraction returns xᵃ·yᵇ/B(a,b)/I_x(a,b), the continued fraction b₀ +
// a₁/(b₁ + a₂/(b₂ + …)) of A. R. DiDonato and A. H. Morris, Significant digit
// computation of the incomplete beta function ratios, 1992, by Lentz's method.
func betaFraction(a, b, x, y float64) float64 {
	e := math.FMA(a, y, -float64(b*x)) + 1 // a − (a+b)·x + 1
	f := a * e / (a + 1)
	c, d := f, 0.0
	for n := 1.0; n < 1e5; n++ {
		m := a + 2*n - 1
		s := n * (b - n) * x / m
		num := (a + n - 1) * (a + b + n - 1) * s * x / m
		den := n + s + (a+n)*math.FMA(n, 1+y, e)/(m+2)
		d = 1 / math.FMA(num, d, den)
		c = den + num/c
		r := float64(c * d)
		f *= r
		if math.Abs(r-1) < 0x1p-52 {
			break
		}
	}
	return f
}

// BetaQuantile returns the x with I_x(a, b) = p = 1 − q, and y = 1 − x.
func BetaQuantile(a, b, p, q, logBeta float64) (x, y float64) {
	switch {
	case p <= 0:
		return 0, 1
	case q <= 0:
		return 1, 0
	}
	mean, rest := a/(a+b), b/(a+b)
	if lower, _ := BetaInc(a, b, mean, rest, logBeta); p <= lower {
		x = betaTail(a, b, p, logBeta, mean)
		return x, 1 - x
	}
	y = betaTail(b, a, q, logBeta, rest)
	return 1 - y, y
}

// betaTail returns the x ≤ top with I_x(a, b) = p, by Newton's method for log I
// as a function of log x, which is concave: from the left it does not overshoot.
func betaTail(a, b, p, logBeta, top float64) float64 {
	l := log1(p)
	u := min((l+log1(a)+logBeta)/a, log1(top))
	for range 100 {
		x := exp1(u)
		if x < 0x1p-1000 {
			return x
		}
		v, _ := BetaInc(a, b, x, 1-x, logBeta)
		// I/(dI/d log x) = I·y/(xᵃyᵇ/B)
		step := float64((l - log1(v)) * v * (1 - x) * exp1(-logBetaTerm(a, b, x, 1-x, logBeta)))
		u += step
		if math.Abs(step) < 1e-9 || step != step {
			break
		}
	}
	return exp1(u)
}

// StudentTail returns P(T > t) of Student's t with ν degrees of freedom for
// t ≥ 0; logBeta = log B(ν/2, ½).
func StudentTail(ν, t, logBeta float64) float64 {
	r := t / math.Sqrt(ν)
	if r > 0x1p300 { // I is xᵃ/(a·B), x = 1/r²
		return float64(0.5 * exp1(-float64(ν*log1(r))-log1(0.5*ν)-logBeta))
	}
	w := float64(r * r)
	p, _ := BetaInc(0.5*ν, 0.5, 1/(1+w), w/(1+w), logBeta)
	return 0.5 * p
}

// StudentQuantile returns the t ≥ 0 with P(T > t) = p ≤ ½.
func StudentQuantile(ν, p, logBeta float64) float64 {
	if !(p > 0 && p < 0.5) {
		switch {
		case p == 0.5:
			return 0
		case p == 0:
			return math.Inf(1)
		}
		return math.NaN()
	}
	root := math.Sqrt(ν)
	far := -(log1(2*p) + log1(0.5*ν) + logBeta) / ν // log(t/√ν) far out
	if far > 50 {
		return root * exp1(far)
	}
	// The start is that of D. L. Wallace, Bounds on normal approximations to
	// Student's and the chi-square distributions, 1959.
	z := normalQuantile1(p) * (8*ν + 3) / (8*ν + 1)
	t := root * math.Sqrt(expm11(min(float64(z*z)/ν, 100)))
	if far > 2 {
		t = root * exp1(far)
	}
	for range 50 { // Halley's method for the logarithm of the tail or for t
		w := float64(t*t) / ν
		density := exp1(math.FMA(-0.5*(ν+1), log1p1(w), -logBeta)) / root
		f := StudentTail(ν, t, logBeta)
		e := (p - f) / density // −Newton's step for F(t) = 1 − p
		if f < 0.25 {          // in log t, where the logarithm of the tail is concave
			h := float64(t*density) / f
			step := (log1(f) - log1(p)) / h
			t *= exp1(min(max(step, -3), 3))
			if math.Abs(step) < 1e-9 {
				break
			}
			continue
		}
		curve := -(ν + 1) * t / (ν + float64(t*t)) // of log density
		step := -e / (1 - float64(0.5*e*curve))
		if t+step <= 0 {
			step = -0.5 * t
		}
		t += step
		if math.Abs(step) < 1e-6*t {
			break
		}
	}
	return t
}
