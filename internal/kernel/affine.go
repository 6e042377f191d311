package kernel

import "math"

// SoftClip sets a[i] = s/(1 + |s|/c), which stays within ±c, and d[i] to its derivative.
func SoftClip(a, d, s []float64, c float64) {
	if fastSoftClip(a, d, s, c) {
		return
	}
	for i, v := range s {
		q := 1 / (1 + math.Abs(v)/c)
		a[i], d[i] = v*q, q*q
		if math.IsInf(v, 0) {
			a[i] = math.Copysign(c, v)
		}
	}
}

// Affine sets e = exp(s) and y = fma(x, e, t): an affine coupling whose
// log-determinant is the sum of s.
func Affine(y, e, x, s, t []float64) {
	if fastAffine(y, e, x, s, t) {
		return
	}
	for i, v := range x {
		e[i] = exp1(s[i])
		y[i] = FMA(v, e[i], t[i])
	}
}

// AffineInverse sets e = exp(−s) and x = (y − t)·e.
func AffineInverse(x, e, y, s, t []float64) {
	if fastAffineInverse(x, e, y, s, t) {
		return
	}
	for i, v := range y {
		e[i] = exp1(-s[i])
		x[i] = float64((v - t[i]) * e[i])
	}
}

// AffineGrad adds to dx, ds and dt the gradients of Affine, given dy, that of
// its result y.
func AffineGrad(dx, ds, dt, dy, x, e []float64) {
	if fastAffineGrad(dx, ds, dt, dy, x, e) {
		return
	}
	for i, g := range dy {
		dx[i] = FMA(g, e[i], dx[i])
		ds[i] = FMA(g, float64(x[i]*e[i]), ds[i])
		dt[i] += g
	}
}

// AffineInverseGrad adds to dy, ds and dt the gradients of AffineInverse, given
// its results x and e and dx, the gradient of x.
func AffineInverseGrad(dy, ds, dt, dx, x, e []float64) {
	if fastAffineInverseGrad(dy, ds, dt, dx, x, e) {
		return
	}
	for i, g := range dx {
		dy[i] = FMA(g, e[i], dy[i])
		ds[i] = FMA(-g, x[i], ds[i])
		dt[i] = FMA(-g, e[i], dt[i])
	}
}
