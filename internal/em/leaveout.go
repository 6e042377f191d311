package em

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// A left is some of the rows, each to be left out of the scatter of all.
type left struct {
	scatter []float64 // d×d, of all rows
	z       []float64 // of some, a row of d after the other, about the mean, times the root of u
	u       []float64 // weight of each of these in the scatter
	d       int
	total   float64 // of all rows' own weights
	of      *Model
}

// add adds a row, whose numbers are n apart in z.
func (s *left) add(z []float64, n int, u float64) {
	for j := range s.d {
		s.z = append(s.z, z[j*n])
	}
	s.u = append(s.u, u)
}

const (
	leftRows   = 4096 // that are left out, at most
	mostHalves = 12
	leastGain  = 2 // nats of all rows, from which on a step is believed
)

// likeliest goes from the share λ by factors of two for as long as rows left out become likelier, beyond chance.
func likeliest(s *left, λ float64) float64 {
	least := s.loss(λ)
	for _, by := range []float64{0.5, 2} {
		best := λ
		for range mostHalves {
			loss := s.loss(min(best*by, 1))
			if !((least-loss)*s.total/2 > leastGain) {
				break
			}
			best, least = min(best*by, 1), loss
		}
		if best != λ {
			return best
		}
	}
	return λ
}

// loss returns twice the mean of −log density of a row, up to a constant, by a normal or t distribution with mean and scatter of the others, whose
// correlations are shrunk by λ. With G = n/(n−1)·(1−λ)·S + λ·I, the scatter without a row z, of weight u, is G − b·zzᵀ with b = n/(n−1)²·(1−λ),
// and with r = zᵀG⁻¹z
//
//	loss = log|G| + log(1 − b·r) + q,  q = (n/(n−1))²·r/u/(1 − b·r)
//
// or (ν+d)·log(1 + q/ν) in place of q.
//
// J. Theiler, The incredible shrinking covariance estimator, 2012.
func (s *left) loss(λ float64) float64 {
	d, n := s.d, s.total
	g, l, inverse := make([]float64, d*d), make([]float64, d*d), make([]float64, d*d)
	kernel.Scale(g, s.scatter, n/(n-1)*(1-λ))
	for j := range d {
		g[j*d+j] += λ
	}
	factor(l, g, d)
	InvertLower(inverse, l, d)
	logDet := 0.0
	for j := range d {
		logDet += 2 * special.Log(l[j*d+j])
	}
	rows := len(s.u)
	b, grown, sum := n/(n-1)/(n-1)*(1-λ), n/(n-1)*(n/(n-1)), 0.0
	whitened, square := make([]float64, rows*d), make([]float64, rows)
	kernel.Gemm(false, true, rows, d, d, s.z, d, inverse, d, false, whitened, d)
	kernel.SquareRowSum(square, whitened, rows, d)
	for i, r := range square {
		rest := 1 - float64(b*r)
		if !(rest > 0) {
			return math.Inf(1)
		}
		q := float64(grown*r) / s.u[i] / rest
		if !s.of.Normal() {
			q = float64((s.of.DF + float64(d)) * special.Log1p(q/s.of.DF))
		}
		sum += special.Log(rest) + q
	}
	return logDet + sum/float64(rows)
}
