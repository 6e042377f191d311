package special

import "math"

// LambertW returns the w ≥ 0 with w·eʷ = x, for x ≥ 0.
func LambertW(x float64) float64 {
	if x == 0 || math.IsInf(x, 1) || math.IsNaN(x) {
		return x
	}
	w := math.Log1p(x)
	if x > 3 {
		w = math.Log(x) - math.Log(math.Log(x))
	}
	for range 20 { // Newton's steps on w + log w = log x, or on w = x·e⁻ʷ near 0
		var step float64
		if x < 1 {
			e := x * math.Exp(-w)
			step = (w - e) / (1 + e)
		} else {
			step = (w + math.Log(w/x)) * w / (1 + w)
		}
		w -= step
		if math.Abs(step) < 1e-9*w {
			if x < 1 {
				e := x * math.Exp(-w)
				return w - (w-e)/(1+e)
			}
			return w - (w+math.Log(w/x))*w/(1+w)
		}
	}
	return w
}
