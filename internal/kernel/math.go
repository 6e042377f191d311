package kernel

import "math"

func apply(dst, x []float64, f func(float64) float64) {
	for i, v := range x {
		dst[i] = f(v)
	}
}

// Exp sets dst[i] = exp(x[i]).
func Exp(dst, x []float64) { apply(dst, x, math.Exp) }

// Log sets dst[i] = log(x[i]).
func Log(dst, x []float64) { apply(dst, x, math.Log) }

// Log1p sets dst[i] = log(1+x[i]).
func Log1p(dst, x []float64) { apply(dst, x, math.Log1p) }

// Expm1 sets dst[i] = exp(x[i])−1.
func Expm1(dst, x []float64) { apply(dst, x, math.Expm1) }

// TanhOf sets dst[i] = tanh(x[i]).
func TanhOf(dst, x []float64) { apply(dst, x, math.Tanh) }

// Sigmoid sets dst[i] = 1/(1+exp(−x[i])).
func Sigmoid(dst, x []float64) {
	apply(dst, x, func(v float64) float64 {
		if v >= 0 {
			return 1 / (1 + math.Exp(-v))
		}
		e := math.Exp(v)
		return e / (1 + e)
	})
}

// Softplus sets dst[i] = log(1+exp(x[i])).
func Softplus(dst, x []float64) {
	apply(dst, x, func(v float64) float64 { return max(v, 0) + math.Log1p(math.Exp(-math.Abs(v))) })
}

// LogSigmoid sets dst[i] = −log(1+exp(−x[i])).
func LogSigmoid(dst, x []float64) {
	apply(dst, x, func(v float64) float64 { return min(v, 0) - math.Log1p(math.Exp(-math.Abs(v))) })
}

// Sin sets dst[i] = sin(x[i]).
func Sin(dst, x []float64) { apply(dst, x, math.Sin) }

// Cos sets dst[i] = cos(x[i]).
func Cos(dst, x []float64) { apply(dst, x, math.Cos) }

// Sinh sets dst[i] = sinh(x[i]).
func Sinh(dst, x []float64) { apply(dst, x, math.Sinh) }

// Cosh sets dst[i] = cosh(x[i]).
func Cosh(dst, x []float64) { apply(dst, x, math.Cosh) }

// Asinh sets dst[i] = asinh(x[i]).
func Asinh(dst, x []float64) { apply(dst, x, math.Asinh) }

// Atan sets dst[i] = atan(x[i]).
func Atan(dst, x []float64) { apply(dst, x, math.Atan) }

// Sqrt sets dst[i] = √x[i].
func Sqrt(dst, x []float64) { apply(dst, x, math.Sqrt) }

// Abs sets dst[i] = |x[i]|.
func Abs(dst, x []float64) { apply(dst, x, math.Abs) }

// Pow sets dst[i] = x[i]ᵖ.
func Pow(dst, x []float64, p float64) {
	for i, v := range x {
		dst[i] = math.Pow(v, p)
	}
}
