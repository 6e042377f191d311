package kernel

import "math"

// LambertW sets dst[i] to the w with w·exp(w) = z[i] ≥ 0; it is NaN for z[i] < 0.
//
// The iteration is that of Fritsch, Shafer and Crowley, Solution of the
// transcendental equation w·eʷ = x, 1973, of order four.
func LambertW(dst, z []float64) {
	inBlocks(dst, z, func(dst, z []float64) {
		var starts, logs buffer
		w, t := starts[:len(z)], logs[:len(z)]
		Log1p(w, z)
		Log1p(t, w)
		for i, a := range w {
			w[i] = a * (1 - t[i]/(2+a))
		}
		for range 2 {
			Div(t, z, w)
			Log(t, t)
			for i, v := range w {
				w[i] = lambertStep(v, t[i]-v)
			}
		}
		for i, v := range z {
			switch {
			case v == 0 || math.IsInf(v, 1):
				w[i] = v
			case !(v > 0):
				w[i] = math.NaN()
			}
		}
		copy(dst, w)
	})
}

func lambertW1(z float64) float64 {
	switch {
	case z == 0 || math.IsInf(z, 1):
		return z
	case !(z > 0):
		return math.NaN()
	}
	w := lambertStart(log1p1(z))
	for range 2 {
		w = lambertStep(w, log1(z/w)-w)
	}
	return w
}

// LambertWExp sets dst[i] to the w with w·exp(w) = exp(l[i]), also where the
// exponential overflows: w + log w = l.
func LambertWExp(dst, l []float64) {
	for i, v := range l {
		switch {
		case v < 500:
			dst[i] = lambertW1(exp1(v))
		case v <= math.MaxFloat64:
			w := lambertStart(v)
			for range 2 {
				w = lambertStep(w, v-log1(w)-w)
			}
			dst[i] = w
		default: // ∞ or NaN
			dst[i] = v
		}
	}
}

// lambertStart is good to 1 %; a = log(1+z).
func lambertStart(a float64) float64 { return a * (1 - log1p1(a)/(2+a)) }

// lambertStep improves w; r = log(z/w) − w.
func lambertStep(w, r float64) float64 {
	p := 1 + w
	q := 2 * p * (p + float64(r*(2.0/3)))
	return FMA(w, r/p*((q-r)/(q-2*r)), w)
}
