package special

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
)

// A Beta is the beta distribution with shapes A and B, both positive.
type Beta struct {
	A, B, LogBeta float64 // LogBeta is log B(A, B)
	norm          float64 // the exponential of BetaNorm(A, B)
}

// NewBeta returns the beta distribution with shapes a and b.
func NewBeta(a, b float64) Beta { return BetaOf(a, b, LogBeta(a, b)) }

// BetaOf returns NewBeta for a known log B(a, b).
func BetaOf(a, b, logBeta float64) Beta {
	if math.IsInf(a+b, 1) { // to the last digit a point
		a, b = 0.25*a, 0.25*b
	}
	d := Beta{A: a, B: b, LogBeta: logBeta}
	d.norm = invSqrt2π * rootOfMean(a, b) * Exp(Stirling(a+b)-Stirling(a)-Stirling(b))
	return d
}

// rootOfMean returns √(ab/(a+b)), rounded once where nothing overflows.
func rootOfMean(a, b float64) float64 {
	n, rest := TwoSum(a, b)
	q := a / n
	v := float64(q * b)
	root := math.Sqrt(v)
	if !(v > 1e-250) {
		return root
	}
	low := kernel.FMA(q, b, -v) + float64(b*((kernel.FMA(-q, n, a)-float64(q*rest))/n))
	return root + (kernel.FMA(-root, root, v)+low)/(2*root)
}

// mirror returns the distribution of 1 − x.
func (d Beta) mirror() Beta { return Beta{d.B, d.A, d.LogBeta, d.norm} }

// Inc returns the regularised incomplete beta function p = I_x(A, B) and q = 1 − p,
// of which the smaller one has small relative error; y = 1 − x, given so that
// neither end loses digits.
//
// It takes about √max(A, B) steps, at most 1000.
func (d Beta) Inc(x, y float64) (p, q float64) {
	switch {
	case math.IsNaN(d.LogBeta + x + y):
		return math.NaN(), math.NaN()
	case x <= 0:
		return 0, 1
	case y <= 0:
		return 1, 0
	}
	switch {
	case isGamma(d.A, d.B):
		return GammaInc(d.A, -d.B*logShare(y, x))
	case isGamma(d.B, d.A):
		q, p = GammaInc(d.B, -d.A*logShare(x, y))
		return p, q
	}
	return d.inc(x, y, d.kernel(x, y))
}

// LogInc returns the logarithms of Inc, also where these underflow.
func (d Beta) LogInc(x, y float64) (p, q float64) {
	lower, upper := d.Inc(x, y)
	if !(min(lower, upper) < 1e-290) || x <= 0 || y <= 0 {
		return logs(lower, upper)
	}
	switch {
	case d.isSmall(d.below(x)):
		return logs(lower, upper)
	case isGamma(d.A, d.B):
		return LogGammaInc(d.A, -d.B*logShare(y, x))
	case isGamma(d.B, d.A):
		q, p = LogGammaInc(d.B, -d.A*logShare(x, y))
		return p, q
	case lower < upper:
		p = LogBetaKernel(d.A, d.B, x, y) + logBetaTail(d.A, d.B, x, y)
		return p, Log1mExp(p)
	}
	q = LogBetaKernel(d.A, d.B, x, y) + logBetaTail(d.B, d.A, y, x)
	return Log1mExp(q), q
}

// logs returns the logarithms of p and q = 1 − p, the smaller of which is accurate.
func logs(p, q float64) (logP, logQ float64) {
	if p < q {
		return Log(p), Log1p(-p)
	}
	return Log1p(-q), Log(q)
}

// inc returns Inc for the kernel k.
func (d Beta) inc(x, y, k float64) (p, q float64) {
	below := d.below(x)
	switch {
	case max(d.A, d.B) > large && !d.isSmall(below):
		return balanced(betaTilt(d.A, d.B, x, y) > 0, min(d.A, d.B) > smallBeta, func(lower bool) float64 {
			if lower {
				return k * betaTail(d.A, d.B, x, y)
			}
			return k * betaTail(d.B, d.A, y, x)
		})
	case below:
		return d.lower(x, y, k)
	}
	q, p = d.mirror().lower(y, x, k)
	return p, q
}

// lower returns inc where the fraction for p converges. If p is much the greater part, q has its own.
func (d Beta) lower(x, y, k float64) (p, q float64) {
	if d.A < 1e-3 || d.A <= smallBeta && d.B > large {
		return d.incSmall(logShare(x, y))
	}
	p = k / betaFraction(d.A, d.B, x, y)
	switch {
	case p < 0.3 || p < 0.5 && d.A > smallBeta:
		return p, 1 - p
	case p > 0.5 && d.A < 1 && x*(d.A+d.B) > 0.2:
		q = k / (float64(d.B*x) * fraction(1, positiveTerms{d.B, d.A, y / x}))
		return 1 - q, q
	case d.A <= smallBeta:
		return d.incSmall(logShare(x, y))
	case d.B <= smallBeta:
		return p, 1 - p
	}
	q = k / betaFraction(d.B, d.A, y, x)
	return 1 - q, q
}

// kernel returns xᵃ·yᵇ/B(a,b).
func (d Beta) kernel(x, y float64) float64 {
	switch lo, hi := min(d.A, d.B), max(d.A, d.B); {
	case lo < 1e-3:
		lx, ly := float64(d.A*logShare(x, y)), float64(d.B*logShare(y, x))
		return powShare(x, y, d.A, lx) * powShare(y, x, d.B, ly) * (lo * (hi / (d.A + d.B)) * Exp(BetaOf(lo, hi, 0).smallNorm()))
	case hi > 1e15:
		return Exp(BetaNorm(d.A, d.B) + BetaExponent(d.A, d.B, x, y))
	}
	return d.norm * kernel.ExpSum(kernel.BetaPower(d.A, d.B, x, y))
}

// logShare returns log x, y being 1 − x.
func logShare(x, y float64) float64 {
	if x > 0.5 {
		return Log1p(-y)
	}
	return Log(x)
}

// powShare returns xᵖ with the logarithm l, y being 1 − x.
func powShare(x, y, p, l float64) float64 {
	switch {
	case l > -1 || x > 0.5 && p > large:
		return Exp(l)
	case x > 0.5: // y is the one that is not rounded
		power := Pow(x, p)
		return kernel.FMA(power, p*(((1-x)-y)/x), power)
	}
	return Pow(x, p)
}

// Inv returns the x, and y = 1 − x, with I_x(A, B) = p = 1 − q; the smaller of
// p and q is used.
func (d Beta) Inv(p, q float64) (x, y float64) {
	x, y, _ = d.inv(p, q)
	return x, y
}

// LogitInv returns log(x/y) of Inv, also where x or y would underflow.
func (d Beta) LogitInv(p, q float64) float64 {
	_, _, u := d.inv(p, q)
	return u
}

func (d Beta) inv(p, q float64) (x, y, logit float64) {
	switch {
	case p <= 0:
		return 0, 1, math.Inf(-1)
	case q <= 0:
		return 1, 0, math.Inf(1)
	}
	m := d.mirror()
	switch {
	case isGamma(d.A, d.B):
		return d.gammaInv(p, q)
	case isGamma(d.B, d.A):
		y, x, logit = m.gammaInv(q, p)
		return x, y, -logit
	case max(d.A, d.B) > large && min(d.A, d.B) > smallBeta:
		return d.largeInv(p, q)
	}
	mean, rest := d.shares()
	if min(d.A, d.B) <= smallBeta { // the end of below
		mean, rest = (d.A+1)/(d.A+d.B+2), (d.B+1)/(d.A+d.B+2)
	}
	lower, upper := d.Inc(mean, rest)
	switch below := p <= q && p <= lower || p > q && q >= upper; {
	case below && d.A <= smallBeta:
		return d.smallInv(p, q)
	case !below && m.A <= smallBeta:
		y, x, logit = m.smallInv(q, p)
	case max(d.A, d.B) > large:
		return d.largeInv(p, q)
	case below:
		return d.tail(p, q, mean)
	default:
		y, x, logit = m.tail(q, p, rest)
	}
	return x, y, -logit
}

// tail returns the x ≤ top with I_x(A, B) = p = 1 − q, y = 1 − x and log(x/y), by Newton's method
// for log I as a function of log x, which is concave: from the left it does not overshoot.
func (d Beta) tail(p, q, top float64) (x, y, logit float64) {
	l := Log(p)
	u := min((l+Log(d.A)+d.LogBeta)/d.A, Log(top))
	if u < -690 { // I is xᵃ/(a·B) to the last digit
		return Exp(u), 1, u
	}
	for range 100 {
		x := Exp(u)
		f := d.slope(x)
		logI := kernel.FMA(d.A, u, kernel.FMA(d.B, Log1p(-x), -d.LogBeta)) - Log(f)
		step := (l - logI) / f // in log(x/y), with dI/I = f
		u = kernel.FMA(step, 1-x, u)
		if !(math.Abs(step) > 1e-5) {
			break
		}
	}
	return d.polished(Exp(u), -Expm1(u), p, q)
}

// polished returns inv near x = 1 − y, of which the smaller is exact, by a step of Newton's method for the function itself.
func (d Beta) polished(x, y, p, q float64) (_, _, logit float64) {
	k := d.kernel(x, y)
	lower, upper := d.inc(x, y, k)
	v, slope := LogRatio(lower, upper, p, q, k)
	step := -v / slope // in log(x/y), with dI = k
	logit = Log(x / y)
	if x > 0.5 {
		rest := kernel.LogitRest(y, -logit)
		y = kernel.FMA(y, Expm1(-x*step), y)
		return 1 - y, y, logit + (step - rest)
	}
	rest := kernel.LogitRest(x, logit)
	x = kernel.FMA(x, Expm1(y*step), x)
	return x, 1 - x, logit + (step + rest)
}

// slope returns dI/I in log(x/y).
func (d Beta) slope(x float64) float64 {
	f, _ := lentz(newBetaTerms(d.A, d.B, x, 1-x))
	return f
}
