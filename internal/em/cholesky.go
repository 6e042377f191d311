package em

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
)

// factor sets l to the lower Cholesky factor of the symmetric d×d matrix a. A pivot
// below a thousand roundings of its diagonal is raised to that, so that a factor
// exists of any matrix with a positive diagonal.
func factor(l, a []float64, d int) {
	const least = 1000 * 0x1p-53
	for i := range d {
		for j := range i + 1 {
			sum := a[i*d+j]
			for k := range j {
				sum = kernel.FMA(-l[i*d+k], l[j*d+k], sum)
			}
			if i == j {
				l[i*d+i] = math.Sqrt(max(sum, least*a[i*d+i], 1e-300))
			} else {
				l[i*d+j] = sum / l[j*d+j]
			}
		}
		clear(l[i*d+i+1 : (i+1)*d])
	}
}

// InvertLower sets w to the inverse of the lower triangular l.
func InvertLower(w, l []float64, d int) {
	for j := range d {
		clear(w[j*d+j+1 : (j+1)*d])
		w[j*d+j] = 1 / l[j*d+j]
		for i := j + 1; i < d; i++ {
			sum := 0.0
			for k := j; k < i; k++ {
				sum = kernel.FMA(-l[i*d+k], w[k*d+j], sum)
			}
			w[i*d+j] = sum / l[i*d+i]
		}
	}
}

// precision sets p to (L·Lᵀ)⁻¹ = WᵀW, W = L⁻¹ lower triangular.
func precision(p, w []float64, d int) {
	clear(p[:d*d])
	for k := range d {
		for i := range k + 1 {
			for j := range i + 1 {
				p[i*d+j] = kernel.FMA(w[k*d+i], w[k*d+j], p[i*d+j])
			}
		}
	}
	for i := range d {
		for j := range i {
			p[j*d+i] = p[i*d+j]
		}
	}
}
