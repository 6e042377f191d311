package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// logTanhc is log(tanh u / u) = log(sinh u / u) − log cosh u, u > 0, exact near 0
// where it is −u²/3.
var logTanhc = &autodiff.Op{
	Name: "bijector.logTanhc",
	Forward: func(c *autodiff.Call) {
		u, l := c.In(0), c.Out(0)
		s := c.Temp(len(u))
		sinhc1(s, u)
		kernel.Log1p(s, s)
		kernel.LogCosh(l, u)
		kernel.Sub(l, s, l)
		for i, v := range u {
			if v > 20 { // tanh u = 1
				l[i] = -v
			}
		}
		kernel.Abs(s, l)
		kernel.Log(s, s)
		for i, v := range u {
			if v > 20 {
				l[i] = -s[i]
			}
		}
	},
	// The derivative is (2u/sinh 2u − 1)/u.
	Backward: func(c *autodiff.Call) {
		u, g := c.In(0), c.OutGrad(0)
		s := c.Temp(len(u))
		kernel.Scale(s, u, 2)
		sinhc1(s, s)
		for i, du := range c.InGrad(0) {
			rest := -1.0
			if !math.IsInf(s[i], 1) {
				rest = -s[i] / (1 + s[i])
			}
			c.InGrad(0)[i] = du + float64(g[i]*rest/u[i])
		}
	},
}

// sinhc1 sets s = sinh(u)/u − 1, near 0 by Taylor's series.
func sinhc1(s, u []float64) {
	for i, v := range u {
		if v >= 1 {
			kernel.Sinh(s[i:i+1], u[i:i+1])
			s[i] = s[i]/v - 1
			continue
		}
		z, p := float64(v*v), 1.0
		for k := 16.0; k >= 4; k -= 2 {
			p = kernel.FMA(z/(k*(k+1)), p, 1)
		}
		s[i] = z / 6 * p
	}
}
