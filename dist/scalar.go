package dist

import "math"

// The numbers that a family knows, brought from the standard form to its
// location and scale.

func (f *family) cdfOf(x float64, p nums) float64 {
	loc, scale := f.where(p)
	return f.cdf((x-loc)/scale, p)
}

func (f *family) sfOf(x float64, p nums) float64 {
	loc, scale := f.where(p)
	return f.sf((x-loc)/scale, p)
}

func (f *family) quantileOf(lower, upper float64, p nums) float64 {
	loc, scale := f.where(p)
	return math.FMA(scale, f.quantile(lower, upper, p), loc)
}

func (f *family) meanOf(p nums) float64 {
	loc, scale := f.where(p)
	return math.FMA(scale, f.mean(p), loc)
}

func (f *family) varianceOf(p nums) float64 {
	_, scale := f.where(p)
	return scale * scale * f.variance(p)
}

func (f *family) modeOf(p nums) float64 {
	loc, scale := f.where(p)
	return math.FMA(scale, f.mode(p), loc)
}

func (f *family) entropyOf(p nums) float64 {
	_, scale := f.where(p)
	return f.entropy(p) + math.Log(scale)
}

// always returns a formula that does not depend on the parameters.
func always(x float64) func(nums) float64 { return func(nums) float64 { return x } }
