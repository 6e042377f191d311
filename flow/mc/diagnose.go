package mc

import (
	"math"

	"gonum.org/v1/gonum/stat"
)

// diagnose returns R̂ of the halves of chains and the effective number of their states. x has the states of all
// chains, step after step.
func diagnose(x []float64, chains int) (rHat, ess float64) {
	steps := len(x) / chains
	half := steps / 2
	if half < 2 {
		return math.NaN(), math.NaN()
	}
	m := 2 * chains
	split := make([][]float64, m)
	means, variances := make([]float64, m), make([]float64, m)
	for k := range split {
		from := 0
		if k >= chains {
			from = steps - half
		}
		split[k] = make([]float64, half)
		for s := range half {
			split[k][s] = x[(from+s)*chains+k%chains]
		}
		means[k], variances[k] = stat.MeanVariance(split[k], nil)
	}
	within := stat.Mean(variances, nil)
	total := within*float64(half-1)/float64(half) + stat.Variance(means, nil)
	if total == 0 {
		return math.NaN(), math.NaN() // nothing has moved
	}
	rHat = math.Sqrt(total / within)
	// Geyer's initial positive sequence of pairs of autocorrelations.
	correlation := func(lag int) float64 {
		var sum float64
		for k, c := range split {
			for s := lag; s < half; s++ {
				sum += (c[s] - means[k]) * (c[s-lag] - means[k]) / float64(half)
			}
		}
		return 1 - (within*float64(half-1)/float64(half)-sum/float64(m))/total
	}
	τ := -1.0
	for lag := 0; lag+1 < half; lag += 2 {
		pair := correlation(lag) + correlation(lag+1)
		if pair < 0 {
			break
		}
		τ += 2 * pair
	}
	all := float64(m * half)
	return rHat, min(all/max(τ, 1/math.Log10(all+10)), all*math.Log10(all+10))
}
