package kernel

// Add sets dst = x + y.
func Add(dst, x, y []float64) {
	if fastAdd(dst, x, y) {
		return
	}
	for i := range dst {
		dst[i] = x[i] + y[i]
	}
}

// Sub sets dst = x − y.
func Sub(dst, x, y []float64) {
	if fastSub(dst, x, y) {
		return
	}
	for i := range dst {
		dst[i] = x[i] - y[i]
	}
}

// Mul sets dst = x·y.
func Mul(dst, x, y []float64) {
	if fastMul(dst, x, y) {
		return
	}
	for i := range dst {
		dst[i] = x[i] * y[i]
	}
}

// Div sets dst = x/y.
func Div(dst, x, y []float64) {
	if fastDiv(dst, x, y) {
		return
	}
	for i := range dst {
		dst[i] = x[i] / y[i]
	}
}

// AddConst sets dst = x + a.
func AddConst(dst, x []float64, a float64) {
	if fastAddConst(dst, x, a) {
		return
	}
	for i, v := range x {
		dst[i] = v + a
	}
}

// Scale sets dst = a·x.
func Scale(dst, x []float64, a float64) {
	if fastScale(dst, x, a) {
		return
	}
	for i, v := range x {
		dst[i] = a * v
	}
}

// Axpy sets dst = fma(a, x, dst).
func Axpy(dst, x []float64, a float64) {
	if fastAxpy(dst, x, a) {
		return
	}
	for i, v := range x {
		dst[i] = FMA(a, v, dst[i])
	}
}

// Accumulate sets dst = dst + x.
func Accumulate(dst, x []float64) { Add(dst, dst, x) }

// MulAdd sets dst = fma(x, y, dst).
func MulAdd(dst, x, y []float64) {
	if fastMulAdd(dst, x, y) {
		return
	}
	for i := range dst {
		dst[i] = FMA(x[i], y[i], dst[i])
	}
}

// MulSub sets dst = fma(−x, y, dst).
func MulSub(dst, x, y []float64) {
	if fastMulSub(dst, x, y) {
		return
	}
	for i := range dst {
		dst[i] = FMA(-x[i], y[i], dst[i])
	}
}

// DivAdd sets dst = dst + x/y.
func DivAdd(dst, x, y []float64) {
	if fastDivAdd(dst, x, y) {
		return
	}
	for i := range dst {
		dst[i] += x[i] / y[i]
	}
}

// Select sets dst = x where mask ≠ 0, else y.
func Select(dst, mask, x, y []float64) {
	if fastSelect(dst, mask, x, y) {
		return
	}
	for i, m := range mask {
		if m != 0 {
			dst[i] = x[i]
		} else {
			dst[i] = y[i]
		}
	}
}

// Clamp sets dst = min(max(x, lo), hi); NaN stays NaN.
func Clamp(dst, x []float64, lo, hi float64) {
	if fastClamp(dst, x, lo, hi) {
		return
	}
	for i, v := range x {
		if v < lo {
			v = lo
		}
		if v > hi {
			v = hi
		}
		dst[i] = v
	}
}

// ClampGrad adds dy to dx where lo ≤ x ≤ hi.
func ClampGrad(dx, dy, x []float64, lo, hi float64) {
	if fastClampGrad(dx, dy, x, lo, hi) {
		return
	}
	for i, v := range x {
		if v >= lo && v <= hi {
			dx[i] += dy[i]
		}
	}
}

// LeakyReLU sets dst = x where x ≥ 0, else slope·x. Slope 0 is the ReLU.
func LeakyReLU(dst, x []float64, slope float64) {
	if fastLeakyReLU(dst, x, slope) {
		return
	}
	for i, v := range x {
		if v < 0 {
			v *= slope
		}
		dst[i] = v
	}
}

// LeakyReLUGrad adds dy to dx where x > 0, else slope·dy. For slope ≥ 0, x may be the
// value before or after the activation.
func LeakyReLUGrad(dx, dy, x []float64, slope float64) {
	if fastLeakyReLUGrad(dx, dy, x, slope) {
		return
	}
	for i, v := range x {
		g := dy[i]
		if !(v > 0) {
			g *= slope
		}
		dx[i] += g
	}
}

// TanhGrad adds dy·(1−y²) to dx, y = tanh(x).
func TanhGrad(dx, dy, y []float64) {
	if fastTanhGrad(dx, dy, y) {
		return
	}
	for i, v := range y {
		dx[i] = FMA(dy[i], FMA(-v, v, 1), dx[i])
	}
}

// SigmoidGrad adds dy·y·(1−y) to dx, y = σ(x).
func SigmoidGrad(dx, dy, y []float64) {
	if fastSigmoidGrad(dx, dy, y) {
		return
	}
	for i, v := range y {
		dx[i] = FMA(dy[i], FMA(-v, v, v), dx[i])
	}
}

// SoftplusGrad adds dy·σ(x) to dx.
func SoftplusGrad(dx, dy, x []float64) {
	if fastSoftplusGrad(dx, dy, x) {
		return
	}
	for i, v := range x {
		dx[i] = FMA(dy[i], sigmoid1(v), dx[i])
	}
}

// LogSigmoidGrad adds dy·σ(−x) to dx.
func LogSigmoidGrad(dx, dy, x []float64) {
	if fastLogSigmoidGrad(dx, dy, x) {
		return
	}
	for i, v := range x {
		dx[i] = FMA(dy[i], sigmoid1(-v), dx[i])
	}
}
