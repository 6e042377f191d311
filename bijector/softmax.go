package bijector

import "github.com/normflow/normflow/internal/kernel"

// softmaxColumns sets p to the softmax over the first k columns of raw, w to be used.
func softmaxColumns(p, raw columns, k int, w []float64) {
	top := w
	copy(top, raw.at(0))
	for j := 1; j < k; j++ {
		for i, v := range raw.at(j) {
			top[i] = max(top[i], v)
		}
	}
	for j := range k {
		kernel.Sub(p.at(j), raw.at(j), top)
		kernel.Exp(p.at(j), p.at(j))
	}
	clear(w)
	for j := range k {
		kernel.Accumulate(w, p.at(j))
	}
	for i, v := range w {
		w[i] = 1 / v
	}
	for j := range k {
		kernel.Mul(p.at(j), p.at(j), w)
	}
}

// softmaxPull adds to draw the gradient of the first k columns of raw, given their softmax p and scale·dp, the gradient of p; w is to be used.
func softmaxPull(draw, dp, p columns, k int, scale float64, w []float64) {
	clear(w)
	for j := range k {
		kernel.MulAdd(w, p.at(j), dp.at(j))
	}
	for j := range k {
		d, s := draw.at(j), p.at(j)
		for i, v := range dp.at(j) {
			d[i] += float64(s[i] * float64(scale*(v-w[i])))
		}
	}
}
