package kernel

import "math"

// chunk is how many elements one call of assembly takes: it cannot be preempted.
const chunk = 8192

// Exp sets dst[i] = exp(x[i]).
func Exp(dst, x []float64) {
	if fastExp(dst, x) {
		return
	}
	for i, v := range x {
		dst[i] = exp1(v)
	}
}

// Log sets dst[i] = log(x[i]).
func Log(dst, x []float64) {
	if fastLog(dst, x) {
		return
	}
	for i, v := range x {
		dst[i] = log1(v)
	}
}

// Log1p sets dst[i] = log(1+x[i]).
func Log1p(dst, x []float64) {
	if fastLog1p(dst, x) {
		return
	}
	for i, v := range x {
		dst[i] = log1p1(v)
	}
}

// Expm1 sets dst[i] = exp(x[i])−1.
func Expm1(dst, x []float64) {
	if fastExpm1(dst, x) {
		return
	}
	for i, v := range x {
		dst[i] = expm11(v)
	}
}

// TanhOf sets dst[i] = tanh(x[i]).
func TanhOf(dst, x []float64) {
	if fastTanhOf(dst, x) {
		return
	}
	for i, v := range x {
		dst[i] = tanh1(v)
	}
}

// Sigmoid sets dst[i] = 1/(1+exp(−x[i])).
func Sigmoid(dst, x []float64) {
	if fastSigmoid(dst, x) {
		return
	}
	for i, v := range x {
		dst[i] = sigmoid1(v)
	}
}

// Softplus sets dst[i] = log(1+exp(x[i])).
func Softplus(dst, x []float64) {
	if fastSoftplus(dst, x) {
		return
	}
	for i, v := range x {
		dst[i] = softplus1(v)
	}
}

// LogSigmoid sets dst[i] = −log(1+exp(−x[i])).
func LogSigmoid(dst, x []float64) {
	if fastLogSigmoid(dst, x) {
		return
	}
	for i, v := range x {
		dst[i] = logSigmoid1(v)
	}
}

// Sin sets dst[i] = sin(x[i]), also for huge arguments; sin ±∞ is NaN.
func Sin(dst, x []float64) {
	for i, v := range x {
		dst[i] = sin1(v)
	}
}

// Cos sets dst[i] = cos(x[i]), also for huge arguments; cos ±∞ is NaN.
func Cos(dst, x []float64) {
	for i, v := range x {
		dst[i] = cos1(v)
	}
}

// Sinh sets dst[i] = sinh(x[i]).
func Sinh(dst, x []float64) {
	if fastSinh(dst, x) {
		return
	}
	for i, v := range x {
		dst[i] = sinh1(v)
	}
}

// Cosh sets dst[i] = cosh(x[i]).
func Cosh(dst, x []float64) {
	if fastCosh(dst, x) {
		return
	}
	for i, v := range x {
		dst[i] = cosh1(v)
	}
}

// Asinh sets dst[i] = asinh(x[i]).
func Asinh(dst, x []float64) {
	if fastAsinh(dst, x) {
		return
	}
	for i, v := range x {
		dst[i] = asinh1(v)
	}
}

// Atan sets dst[i] = atan(x[i]).
func Atan(dst, x []float64) {
	if fastAtan(dst, x) {
		return
	}
	for i, v := range x {
		dst[i] = atan1(v)
	}
}

// Sqrt sets dst[i] = √x[i].
func Sqrt(dst, x []float64) {
	if fastSqrt(dst, x) {
		return
	}
	for i, v := range x {
		dst[i] = math.Sqrt(v)
	}
}

// Abs sets dst[i] = |x[i]|.
func Abs(dst, x []float64) {
	if fastAbs(dst, x) {
		return
	}
	for i, v := range x {
		dst[i] = math.Abs(v)
	}
}

// Pow sets dst[i] = x[i]ᵖ with the special cases of math.Pow.
func Pow(dst, x []float64, p float64) {
	var each buffer
	for i := range each[:min(len(x), block)] {
		each[i] = p
	}
	inBlocks(dst, x, func(dst, x []float64) { PowEach(dst, x, each[:len(x)]) })
}
