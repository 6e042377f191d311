package main

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"
)

// Two moons: half of the points are spread evenly over the upper half of the
// unit circle, the others over the lower half of the circle around (1, ½), and
// normal noise is added to both coordinates.
const (
	noise  = 0.05
	x0, y0 = 1.0, 0.5 // the middle of the lower moon
)

// makeMoons returns the n points of scikit-learn's make_moons(n, noise=0.05,
// random_state=seed).
func makeMoons(n int, seed uint32) *mat.Dense {
	r := newRandomState(seed)
	upper := n / 2
	x := mat.NewDense(n, 2, nil)
	for i, k := range r.perm(n) {
		if k < upper {
			sin, cos := math.Sincos(angle(k, upper))
			x.SetRow(i, []float64{cos, sin})
		} else {
			sin, cos := math.Sincos(angle(k-upper, n-upper))
			x.SetRow(i, []float64{x0 - cos, y0 - sin})
		}
	}
	for i := range n {
		row := x.RawRowView(i)
		for j := range row {
			row[j] += noise * r.normal()
		}
	}
	return x
}

// angle returns the k-th of n angles that go evenly from 0 to π.
func angle(k, n int) float64 { return math.Pi * float64(k) / float64(max(n-1, 1)) }

// exact sets dst to the log-densities of the moons for n → ∞, by quadrature.
func exact(dst []float64, x mat.Matrix) []float64 {
	n, _ := x.Dims()
	if dst == nil {
		dst = make([]float64, n)
	}
	nodes, weights := make([]float64, 48), make([]float64, 48)
	quad.Legendre{}.FixedLocations(nodes, weights, -1, 1)
	for i := range dst {
		a, b := x.At(i, 0), x.At(i, 1)
		up, low := logMoon(a, b, nodes, weights), logMoon(x0-a, y0-b, nodes, weights)
		top := max(up, low)
		dst[i] = top + math.Log(math.Exp(up-top)+math.Exp(low-top)) - math.Ln2
	}
	return dst
}

// logMoon returns the log-density of the upper moon at (x, y):
//
//	p = 1/π ∫ N(x | cos t, σ²)·N(y | sin t, σ²) dt,  t from 0 to π
//
// In polar coordinates r and φ the integrand is proportional to exp(−(r−1)²/2σ²) ·
// exp(−r·(1 − cos(t−φ))/σ²), of which only the angles around its highest count.
func logMoon(x, y float64, nodes, weights []float64) float64 {
	const v = noise * noise
	r, phi := math.Hypot(x, y), math.Atan2(y, x)
	if phi < -math.Pi/2 {
		phi += 2 * math.Pi
	}
	peak := min(max(phi, 0), math.Pi) // the nearest angle on the moon
	reach := 9 * noise / math.Sqrt(max(r, noise))
	lo, hi := max(peak-reach, 0), min(peak+reach, math.Pi)
	least := 1 - math.Cos(peak-phi)
	sum := 0.0
	for i, z := range nodes {
		t := (lo+hi)/2 + z*(hi-lo)/2
		sum += weights[i] * math.Exp(-r*(1-math.Cos(t-phi)-least)/v)
	}
	return math.Log(sum*(hi-lo)/2) - ((r-1)*(r-1)/2+r*least)/v - math.Log(2*math.Pi*v) - math.Log(math.Pi)
}
