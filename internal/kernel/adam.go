package kernel

import "math"

// Adam takes one step of Adam with decoupled weight decay on the parameters p
// with gradient g, in one pass:
//
//	m ← β₁m + (1−β₁)g,  v ← β₂v + (1−β₂)g²
//	p ← p − lr·(wd·p + (m/c1)/(√(v/c2) + eps))
//
// c1 and c2 are the bias corrections 1 − β₁ᵗ and 1 − β₂ᵗ. Diederik Kingma and
// Jimmy Ba, Adam, 2015, arXiv 1412.6980; Ilya Loshchilov and Frank Hutter,
// Decoupled Weight Decay Regularization, 2019, arXiv 1711.05101.
func Adam(p, g, m, v []float64, lr, beta1, beta2, eps, wd, c1, c2 float64) {
	rest1, rest2, rate, root, keep := 1-beta1, 1-beta2, lr/c1, 1/math.Sqrt(c2), 1-float64(lr*wd)
	if fastAdam(p, m, v, g, beta1, rest1, beta2, rest2, -rate, root, eps, keep) {
		return
	}
	for i, gi := range g {
		m[i] = FMA(beta1, m[i], float64(rest1*gi))
		v[i] = FMA(beta2, v[i], float64(float64(rest2*gi)*gi))
		d := FMA(math.Sqrt(v[i]), root, eps)
		p[i] = FMA(-rate, m[i]/d, float64(keep*p[i]))
	}
}
