package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// Log-densities where x is finite but its standard form z overflows, or underflows: there they are computed from
// log|z|, which is log|x−loc| − log scale.

// An end is the log-density beyond an anchor, given that at the anchor, log|z|, and the sign of z.
type end func(lp, l, sign autodiff.Var, p vars) autodiff.Var

// The anchors are where densities that are powers of |z| in the end are so to the last digit.
const (
	highest, logHighest = 1e300, 690.7755278982137052053974364053092622803
	lowest, logLowest   = 1e-290, -667.7496769682732483652175218584656202043
)

// powerHigh is the end of a density that is in the end a power of |z| with an exponent.
func powerHigh(exponent func(p vars) autodiff.Var) end {
	return func(lp, l, _ autodiff.Var, p vars) autodiff.Var {
		return lp.Add(l.AddConst(-logHighest).Mul(exponent(p)))
	}
}

// powerLow is the same near 0.
func powerLow(exponent func(p vars) autodiff.Var) end {
	return func(lp, l, _ autodiff.Var, p vars) autodiff.Var {
		return lp.Add(l.AddConst(-logLowest).Mul(exponent(p)))
	}
}

// standardLogDensity returns logDensity at z, the standard form of x.
func (f *family) standardLogDensity(x, z autodiff.Var, p vars) autodiff.Var {
	high, low := f.high != nil && reaches(highMark, x, z), f.low != nil && reaches(lowMark, x, z)
	if !high && !low {
		return f.logDensity(z, p)
	}
	zero := x.Tape().Scalar(0)
	loc, over, under := zero, zero, zero
	if f.kind == locScale {
		loc = p[0]
	}
	if high {
		over = highOp.of(z.Detach(), x.Detach())
	}
	if low {
		under = lowOp.of(z.Detach(), x.Detach())
	}
	z, _ = f.standardise(autodiff.Where(over, loc, autodiff.Where(under, loc, x)), p) // whose derivatives are finite
	lp := f.logDensity(anchorOp.of(z, over, under), p)
	if high {
		lp = autodiff.Where(over, f.high(lp, f.logStandard(x, over, p), over, p), lp)
	}
	if low {
		lp = autodiff.Where(under, f.low(lp, f.logStandard(x, under, p), under, p), lp)
	}
	return lp
}

// logStandard returns log|z| where there is a mark, else 0.
func (f *family) logStandard(x, mark autodiff.Var, p vars) autodiff.Var {
	zero, one := x.Tape().Scalar(0), x.Tape().Scalar(1)
	switch f.kind {
	case locScale:
		return logStandardOp.of(x, p[0], p[1], mark)
	case rated:
		return logStandardOp.of(x, zero, one, mark).Add(p[0].Log().Mul(mark.Square()))
	}
	return logStandardOp.of(x, zero, p[0], mark)
}

// reaches reports whether there is a mark.
func reaches(mark func(z, x float64) float64, x, z autodiff.Var) bool {
	at := x.Data()
	for i, v := range z.Data() {
		if mark(v, at[i]) != 0 {
			return true
		}
	}
	return false
}

// highMark returns the sign of z if it overflows, else 0.
func highMark(z, x float64) float64 {
	if math.IsInf(z, 0) && !math.IsInf(x, 0) {
		return math.Copysign(1, z)
	}
	return 0
}

// lowMark returns 1 if z is below the anchor but x is positive, else 0.
func lowMark(z, x float64) float64 {
	if math.Abs(z) < lowest && x > 0 {
		return 1
	}
	return 0
}

// logStandard returns log|z|.
func logStandard(x, loc, scale float64) float64 {
	if d := x - loc; !math.IsInf(d, 0) {
		return special.Log(math.Abs(d)) - special.Log(scale)
	}
	return special.Log(math.Abs(0.5*x-0.5*loc)) + math.Ln2 - special.Log(scale)
}

// mayOverflow reports whether a finite number less one of the locations may overflow.
func mayOverflow(loc []float64) bool {
	for _, v := range loc {
		if math.Abs(v) > 0x1p969 { // half the last digit of the largest number
			return true
		}
	}
	return false
}

var (
	highOp = newFused("High", func(x args) float64 { return highMark(x[0], x[1]) }, func(args) args { return args{} })
	lowOp  = newFused("Low", func(x args) float64 { return lowMark(x[0], x[1]) }, func(args) args { return args{} })

	// anchorOp has inputs z and its marks: z where it has none, else the anchor.
	anchorOp = newFused("Anchor",
		func(x args) float64 {
			switch {
			case x[1] != 0:
				return x[1] * highest
			case x[2] != 0:
				return x[2] * lowest
			}
			return x[0]
		},
		func(x args) args {
			if x[1] != 0 || x[2] != 0 {
				return args{}
			}
			return args{1}
		})

	// sideOp has inputs a sign and a number: 0 where the number has the sign, else −Inf.
	sideOp = newFused("Side",
		func(x args) float64 {
			if x[0]*x[1] > 0 {
				return 0
			}
			return math.Inf(-1)
		},
		func(args) args { return args{} })

	// logStandardOp has inputs x, location, scale and a mark: log|z| where there is one, else 0.
	logStandardOp = newFused("LogStandard",
		func(x args) float64 {
			if x[3] == 0 {
				return 0
			}
			return logStandard(x[0], x[1], x[2])
		},
		func(x args) args {
			if x[3] == 0 {
				return args{}
			}
			d := 1 / (x[0] - x[1])
			return args{d, -d, -1 / x[2]}
		})
)
