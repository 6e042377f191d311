package kernel

import "math"

const (
	ln2 = 0x1.62e42fefa39efp-1

	// block is how many elements go through a function of several passes at a
	// time, in buffers on the stack.
	block = 128
)

// buffer holds the numbers of a block.
type buffer [block]float64

// blocks calls f for the parts of dst and x.
func blocks(dst, x []float64, f func(dst, x []float64)) {
	dst = dst[:len(x)]
	for len(x) > 0 {
		n := min(len(x), block)
		f(dst[:n], x[:n])
		dst, x = dst[n:], x[n:]
	}
}

// Log1mExp sets dst[i] = log(1 − exp(−x[i])), x[i] > 0: −Inf at 0 and NaN below.
func Log1mExp(dst, x []float64) { blocks(dst, x, log1mExp) }

// log1mExp keeps the difference away from cancellation: near 0 by expm1, far
// from it by log1p.
func log1mExp(dst, x []float64) {
	var near, far buffer
	u, v := near[:len(x)], far[:len(x)]
	Scale(u, x, -1)
	Exp(v, u)
	Expm1(u, u)
	Scale(u, u, -1)
	Scale(v, v, -1)
	Log(u, u)
	Log1p(v, v)
	for i, t := range x {
		if t < ln2 {
			dst[i] = u[i]
		} else {
			dst[i] = v[i]
		}
	}
}

// LogCosh sets dst[i] = log cosh(x[i]).
func LogCosh(dst, x []float64) { blocks(dst, x, logCosh) }

// logCosh is log(1 + e²/(2(1+e))) with e = expm1|x|, and |x| − ln 2 far out.
func logCosh(dst, x []float64) {
	var v, e buffer
	u := e[:len(x)]
	for i, t := range x {
		v[i] = math.Abs(t)
		u[i] = min(v[i], 40)
	}
	Expm1(u, u)
	for i, t := range u {
		u[i] = t * (0.5 * (t / (1 + t)))
	}
	Log1p(u, u)
	for i, t := range u {
		if v[i] > 20 {
			t = v[i] - ln2
		}
		dst[i] = t
	}
}

// SinhLogCosh sets y[i] = sinh(x[i]) and lc[i] = log cosh(x[i]).
func SinhLogCosh(y, lc, x []float64) {
	LogCosh(lc, x)
	blocks(y, x, sinh)
}

// sinh does what sinh1 does.
func sinh(dst, x []float64) {
	var v, e buffer
	u := e[:len(x)]
	for i, t := range x {
		v[i] = t
		u[i] = math.Abs(t)
	}
	Expm1(u, u)
	for i, t := range u {
		dst[i] = math.Copysign(0.5*(t+t/(t+1)), v[i])
		if a := math.Abs(v[i]); !(a < 22 && t >= 0x1p-30) {
			dst[i] = sinh1(v[i])
		}
	}
}

// AsinhLogCosh sets x[i] = asinh(y[i]) and lc[i] = log cosh(x[i]); x is not y.
func AsinhLogCosh(x, lc, y []float64) {
	x, lc = x[:len(y)], lc[:len(y)]
	for i, t := range y {
		v := math.Abs(t)
		w := float64(v * v)
		q := w / (1 + math.Sqrt(1+w)) // cosh x − 1
		x[i], lc[i] = v+q, q
		if v > 0x1p28 {
			x[i] = v - 1 // to log v
		}
	}
	Log1p(x, x)
	Log1p(lc, lc)
	for i, t := range y {
		v := x[i]
		if math.Abs(t) > 0x1p28 {
			lc[i], v = v, v+ln2
		}
		x[i] = math.Copysign(v, t)
	}
}

// Atanh sets dst[i] = atanh(x[i]), ±Inf at ±1 and NaN beyond.
func Atanh(dst, x []float64) {
	blocks(dst, x, func(dst, x []float64) {
		var s, e buffer
		u := e[:len(x)]
		for i, v := range x {
			a := math.Abs(v)
			s[i], u[i] = v, 2*a/(1-a)
		}
		Log1p(u, u)
		for i, v := range u {
			dst[i] = math.Copysign(0.5*v, s[i])
		}
	})
}

// Log1mSquare sets dst[i] = log(1 − x[i]²).
func Log1mSquare(dst, x []float64) {
	blocks(dst, x, func(dst, x []float64) {
		var near, far buffer
		u, v := near[:len(x)], far[:len(x)]
		for i, t := range x {
			a := math.Abs(t)
			u[i], v[i] = -a*a, (1-a)*(1+a)
		}
		Log1p(u, u)
		Log(v, v)
		for i, t := range u {
			if t > -0.287682072451781 { // |x| < ½
				dst[i] = t
			} else {
				dst[i] = v[i]
			}
		}
	})
}

// PowEach sets dst[i] = x[i] to the power p[i], with the special cases of
// math.Pow: by log and exp where these lose no digits, by Pow's way elsewhere.
func PowEach(dst, x, p []float64) {
	var logs, powers buffer
	for i := 0; i < len(x); i += block {
		n := min(block, len(x)-i)
		base, e, t, y := x[i:i+n], p[i:i+n], logs[:n], powers[:n]
		Log(t, base)
		Mul(t, t, e)
		Exp(y, t)
		for j, v := range t {
			if !(math.Abs(v) <= 1 && base[j] > 0) {
				y[j] = pow1(base[j], e[j])
			}
		}
		copy(dst[i:], y)
	}
}
