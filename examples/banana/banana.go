package main

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// banana is p(x₁, x₂) = N(x₁ | x₂²/4, 1) · N(x₂ | 0, 4), 4 a standard
// deviation: a normal distribution bent along a parabola.
type banana struct{}

// entropy is that of the two normals: log(2πe) + log 4.
const entropy = 4.224171427529236

// Draw fills the rows of batch with samples.
func (banana) Draw(batch *mat.Dense, src rand.Source) {
	r := rand.New(src)
	n, _ := batch.Dims()
	for i := range n {
		x2 := 4 * r.NormFloat64()
		batch.Set(i, 1, x2)
		batch.Set(i, 0, x2*x2/4+r.NormFloat64())
	}
}

// LogProb returns log p.
func (banana) LogProb(x []float64) float64 {
	u, v := x[0]-x[1]*x[1]/4, x[1]/4
	return -0.5*(u*u+v*v) - math.Log(8*math.Pi)
}

// LogProbs sets dst to the log-densities of the rows of x.
func (b banana) LogProbs(dst []float64, x mat.Matrix) []float64 {
	n, _ := x.Dims()
	for i := range n {
		dst = append(dst, b.LogProb([]float64{x.At(i, 0), x.At(i, 1)}))
	}
	return dst
}
