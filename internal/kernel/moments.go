package kernel

import "math"

// Moments returns the mean and the standard deviation (with divisor n) of each
// column of the n×d elements x. A column whose values are all the same has
// standard deviation 0, exactly.
func Moments(x []float64, n, d int) (mean, sd []float64) {
	mean, sd = make([]float64, d), make([]float64, d)
	for j := range d {
		first, same := x[j], true
		var sum, square float64
		for i := range n { // from the first value, which the mean is near
			sum += x[i*d+j] - first
			same = same && x[i*d+j] == first
		}
		mean[j] = first + sum/float64(n)
		for i := 0; !same && i < n; i++ {
			dev := x[i*d+j] - mean[j]
			square = FMA(dev, dev, square)
		}
		sd[j] = math.Sqrt(square / float64(n))
	}
	return mean, sd
}

// RunMoments moves running means and variances of d columns towards those of the
// n×d elements x: m ← decay·m + (1−decay)·mean, and v likewise.
func RunMoments(m, v, x []float64, n, d int, decay float64) {
	mean, sd := Moments(x, n, d)
	for j := range d {
		m[j] = float64(decay*m[j]) + float64((1-decay)*mean[j])
		v[j] = float64(decay*v[j]) + float64((1-decay)*float64(sd[j]*sd[j]))
	}
}
