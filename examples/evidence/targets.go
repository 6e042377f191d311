package main

import (
	"math"

	"github.com/normflow/normflow/flow/mc"
)

// A target is a density whose integral is 1.
type target struct {
	name string
	d    int
	log  mc.Func
}

var targets = []target{{"funnel", 10, funnel}, {"banana", 2, banana}, {"mixture", 10, mixture}, {"ring", 2, ring}}

// normal returns log N(x | mean, deviation²).
func normal(x, mean, deviation float64) float64 {
	z := (x - mean) / deviation
	return -0.5*z*z - math.Log(deviation) - 0.5*math.Log(2*math.Pi)
}

// funnel has x₁ ~ N(0, 3²), and the others ~ N(0, exp(x₁/2)²) given it: scales from a hundredth to a hundred
// (R. Neal, Slice Sampling, 2003).
func funnel(x []float64) float64 {
	lp := normal(x[0], 0, 3)
	for _, v := range x[1:] {
		lp += normal(v, 0, math.Exp(x[0]/2))
	}
	return lp
}

// banana has x₂ ~ N(0, 4²) and x₁ ~ N(x₂²/4, 1).
func banana(x []float64) float64 { return normal(x[0], x[1]*x[1]/4, 1) + normal(x[1], 0, 4) }

// mixture is ½N(−2, I) + ½N(2, ¼I): modes of unlike size with nothing between them.
func mixture(x []float64) float64 {
	var parts [2]float64
	for _, v := range x {
		parts[0] += normal(v, -2, 1)
		parts[1] += normal(v, 2, 0.5)
	}
	return logMean(parts[:])
}

// modes are those of the ring.
const modes = 8

// ring is eight normal distributions of deviation ½ on a circle of radius 10.
func ring(x []float64) float64 {
	var parts [modes]float64
	for k := range parts {
		sin, cos := math.Sincos(2 * math.Pi * float64(k) / modes)
		parts[k] = normal(x[0], 10*cos, 0.5) + normal(x[1], 10*sin, 0.5)
	}
	return logMean(parts[:])
}

// mode returns which mode of the ring a row is nearest to.
func mode(x []float64) int {
	return (int(math.Round(math.Atan2(x[1], x[0])/(2*math.Pi)*modes)) + modes) % modes
}

// logMean returns log of the mean of exp.
func logMean(x []float64) float64 {
	top := math.Inf(-1)
	for _, v := range x {
		top = max(top, v)
	}
	var sum float64
	for _, v := range x {
		sum += math.Exp(v - top)
	}
	return top + math.Log(sum/float64(len(x)))
}
