package main

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow/sbi"
	"gonum.org/v1/gonum/mat"
)

var simulators = map[string]*sbi.Simulator{
	"two_moons": {Prior: dist.NewUniform(2, autodiff.Fixed(-1), autodiff.Fixed(1)), Dim: 2, Run: moons},
	"slcp":      {Prior: dist.NewUniform(5, autodiff.Fixed(-3), autodiff.Fixed(3)), Dim: 8, Run: points},
}

// crescent is a point of a half ring.
func crescent(r *rand.Rand) (x, y float64) {
	a, radius := math.Pi*(r.Float64()-0.5), 0.1+0.01*r.NormFloat64()
	return radius*math.Cos(a) + 0.25, radius * math.Sin(a)
}

// moons shifts it by what is the same for two parameters.
func moons(theta, x []float64, r *rand.Rand) error {
	x[0], x[1] = crescent(r)
	x[0] -= math.Abs(theta[0]+theta[1]) / math.Sqrt2
	x[1] += (theta[1] - theta[0]) / math.Sqrt2
	return nil
}

// exactMoons draws from the posterior of moons: points of the half ring say where the parameters were, and those
// outside the prior are rejected.
func exactMoons(x []float64, n int, r *rand.Rand) *mat.Dense {
	theta := mat.NewDense(n, 2, nil)
	for i := 0; i < n; {
		p, q := crescent(r)
		sum, difference := math.Sqrt2*(p-x[0]), math.Sqrt2*(x[1]-q)
		if sum < 0 {
			continue // an absolute value is none
		}
		if r.IntN(2) == 0 {
			sum = -sum
		}
		a, b := (sum-difference)/2, (sum+difference)/2
		if math.Abs(a) <= 1 && math.Abs(b) <= 1 {
			theta.SetRow(i, []float64{a, b})
			i++
		}
	}
	return theta
}

// points are four of a normal distribution whose mean is θ₁, θ₂, and whose deviations and correlation are θ₃², θ₄²
// and tanh θ₅.
func points(theta, x []float64, r *rand.Rand) error {
	s1, s2, ρ := theta[2]*theta[2], theta[3]*theta[3], math.Tanh(theta[4])
	l11 := math.Sqrt(s1*s1 + 1e-6)
	l21 := ρ * s1 * s2 / l11
	l22 := math.Sqrt(s2*s2 + 1e-6 - l21*l21)
	for k := 0; k < len(x); k += 2 {
		a, b := r.NormFloat64(), r.NormFloat64()
		x[k], x[k+1] = theta[0]+l11*a, theta[1]+l21*a+l22*b
	}
	return nil
}
