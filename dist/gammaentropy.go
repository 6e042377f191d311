package dist

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// addGammaEntropy adds w·(a + log Γ(a) + (c−a)·ψ(a)), w being 1 or −1: for c = 1 the entropy of a gamma variable, for
// c = 0 that of its logarithm, and beta and Dirichlet variables have differences of such.
func addGammaEntropy(sum *special.Sum, w, a, c float64) {
	if a > 1.5 {
		sum.Add(w*(0.5*log2π), w*special.Stirling(a))
		sum.AddLog(w*(c-0.5), a)
		sum.AddProduct(w*(a-c), special.DigammaGap(a))
		return
	}
	// by Γ(1+a)/a, and c/a with what its rounding took
	q := c / a
	sum.Add(w, w*a, w*special.Lgamma1p(a), -w*q)
	if rest := kernel.FMA(-q, a, c) / a; !math.IsNaN(rest) {
		sum.Add(-w * rest)
	}
	sum.AddLog(-w, a)
	sum.AddProduct(w*(c-a), special.Digamma(1+a))
}

// addDigamma adds w·ψ(a), w being 1 or −1.
func addDigamma(sum *special.Sum, w, a float64) {
	if a < 1 {
		sum.Add(w * special.Digamma(a))
		return
	}
	sum.AddLog(w, a)
	sum.Add(-w * special.DigammaGap(a))
}

// gammaEntropy returns a + log Γ(a) + (c−a)·ψ(a).
func gammaEntropy(a, c float64) float64 {
	var sum special.Sum
	addGammaEntropy(&sum, 1, a, c)
	return sum.Value()
}

// betaEntropy returns that of a beta variable for c = 1, of its logit for c = 0.
func betaEntropy(a, b, c float64) float64 {
	var sum special.Sum
	addGammaEntropy(&sum, 1, a, c)
	addGammaEntropy(&sum, 1, b, c)
	addGammaEntropy(&sum, -1, a+b, 2*c)
	return sum.Value()
}
