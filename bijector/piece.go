package bijector

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
)

// A piece is a spline between two knots.
type piece struct{ x0, x1, y0, y1, d0, d1 float64 }

func (p piece) slope() float64 { return (p.y1 - p.y0) / (p.x1 - p.x0) }

// parts returns the numerator of y′/s², and q.
func (p piece) parts(t, u float64) (num, q float64) {
	s, tu := p.slope(), t*u
	num = kernel.FMA(p.d1*t, t, kernel.FMA(p.d0*u, u, 2*s*tu))
	return num, kernel.FMA(p.d0+p.d1, tu, s*kernel.FMA(t, t, float64(u*u)))
}

// forward returns y and the coordinates t, u in the piece.
func (p piece) forward(x float64) (y, t, u float64) {
	w := p.x1 - p.x0
	t, u = (x-p.x0)/w, (p.x1-x)/w
	_, q := p.parts(t, u)
	return kernel.FMA(p.y1-p.y0, kernel.FMA(p.d0, u, float64(p.slope()*t))*t/q, p.y0), t, u
}

// inverse returns x and its coordinates: z = t/u solves s·b·z² + (D₀·b − D₁·a)·z −
// s·a = 0 with a = (y − Y₀)/h and b = 1 − a, and 1/z likewise.
func (p piece) inverse(y float64) (x, t, u float64) {
	h, s := p.y1-p.y0, p.slope()
	a, b := (y-p.y0)/h, (p.y1-y)/h
	c := kernel.FMA(p.d0, b, -float64(p.d1*a))
	root := math.Sqrt(kernel.FMA(c, c, 4*s*s*a*b))
	if c >= 0 {
		z := 2 * s * a / (root + c)
		t, u = z/(1+z), 1/(1+z)
	} else {
		z := 2 * s * b / (root - c)
		t, u = 1/(1+z), z/(1+z)
	}
	if t < u {
		return kernel.FMA(p.x1-p.x0, t, p.x0), t, u
	}
	return kernel.FMA(p.x0-p.x1, u, p.x1), t, u
}

// logSlopeByX returns the derivative of log y′ by x.
func (p piece) logSlopeByX(t, u float64) float64 {
	s := p.slope()
	num, q := p.parts(t, u)
	dnum := 2 * kernel.FMA(p.d1, t, kernel.FMA(s, u-t, -float64(p.d0*u)))
	dq := (u - t) * (p.d0 + p.d1 - 2*s)
	return (dnum/num - 2*dq/q) / (p.x1 - p.x0)
}
