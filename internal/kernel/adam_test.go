package kernel

import (
	"math"
	"testing"
)

func TestAdamStep(t *testing.T) {
	p, g, m, v := []float64{1, -2}, []float64{0.5, -3}, []float64{0.2, 0.1}, []float64{0.04, 0.3}
	const lr, b1, b2, eps, wd = 0.01, 0.9, 0.99, 1e-8, 0.1
	c1, c2 := 1-math.Pow(b1, 3), 1-math.Pow(b2, 3)
	var want [2]float64
	for i := range p {
		mi, vi := b1*m[i]+(1-b1)*g[i], b2*v[i]+(1-b2)*g[i]*g[i]
		want[i] = p[i] - lr*(wd*p[i]+(mi/c1)/(math.Sqrt(vi/c2)+eps))
	}
	Adam(p, g, m, v, lr, b1, b2, eps, wd, c1, c2)
	for i := range p {
		if math.Abs(p[i]-want[i]) > 1e-15 {
			t.Errorf("p[%d] = %v, want %v", i, p[i], want[i])
		}
	}
}
