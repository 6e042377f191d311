package bijector

import "math"

// moments returns the mean and the standard deviation (with divisor n) of each
// column of the n×d numbers x. A column whose numbers are all the same has
// standard deviation 0, exactly.
func moments(x []float64, n, d int) (mean, sd []float64) {
	mean, sd = make([]float64, d), make([]float64, d)
	for j := range d {
		first, same := x[j], true
		var sum, square float64
		for i := range n { // from the first number, which the mean is near
			sum += x[i*d+j] - first
			same = same && x[i*d+j] == first
		}
		mean[j] = first + sum/float64(n)
		for i := 0; !same && i < n; i++ {
			dev := x[i*d+j] - mean[j]
			square = math.FMA(dev, dev, square)
		}
		sd[j] = math.Sqrt(square / float64(n))
	}
	return mean, sd
}
