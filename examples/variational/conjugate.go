package main

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// conjugate returns the posterior of y ~ N(β₁ + β₂x, v), β ~ N(0, v/κ), v ~ inverse gamma(a, b), for 50 made-up pairs, and
// draws of it and the evidence by the closed form: v ~ inverse gamma(a′, b′), β given v ~ N(m, vΛ⁻¹).
func conjugate(draws int, src rand.Source) (p *posterior, exact *mat.Dense, logZ float64) {
	const n, κ, a, b = 50, 0.01, 2, 1
	r := rand.New(src)
	x, y := make([]float64, n), make([]float64, n)
	for i := range x {
		x[i] = 3 + r.NormFloat64()
		y[i] = 1 - 2*x[i] + 0.7*r.NormFloat64()
	}
	lgamma := func(v float64) float64 { l, _ := math.Lgamma(v); return l }
	log2π := math.Log(2 * math.Pi)
	constant := -0.5*n*log2π - log2π + math.Log(κ) + a*math.Log(b) - lgamma(a)
	log := func(θ, grad []float64) float64 {
		v := θ[2]
		if !(v > 0) {
			return math.Inf(-1)
		}
		squares := κ * (θ[0]*θ[0] + θ[1]*θ[1])
		g := [2]float64{-κ * θ[0], -κ * θ[1]}
		for i := range x {
			e := y[i] - θ[0] - θ[1]*x[i]
			squares += e * e
			g[0] += e
			g[1] += e * x[i]
		}
		const power = 0.5*n + 1 + a + 1 // of v
		put(grad, g[0]/v, g[1]/v, -power/v+(squares/2+b)/v/v)
		return constant - power*math.Log(v) - (squares/2+b)/v
	}
	p = &posterior{columns: []string{"beta[1]", "beta[2]", "v"}, log: log, support: lastPositive(2), free: 3, typical: []float64{1, -2, 0.5}}

	Λ, xy := mat.NewSymDense(2, []float64{n + κ, 0, 0, κ}), mat.NewVecDense(2, nil)
	var yy float64
	for i := range x {
		Λ.SetSym(0, 1, Λ.At(0, 1)+x[i])
		Λ.SetSym(1, 1, Λ.At(1, 1)+x[i]*x[i])
		xy.SetVec(0, xy.AtVec(0)+y[i])
		xy.SetVec(1, xy.AtVec(1)+x[i]*y[i])
		yy += y[i] * y[i]
	}
	var chol mat.Cholesky
	if !chol.Factorize(Λ) {
		panic("the matrix of squares is not positive definite")
	}
	var m mat.VecDense
	if err := chol.SolveVecTo(&m, xy); err != nil {
		panic(err)
	}
	a1, b1 := a+0.5*n, b+(yy-mat.Dot(&m, xy))/2
	logZ = -0.5*n*log2π + math.Log(κ) - chol.LogDet()/2 + a*math.Log(b) - a1*math.Log(b1) + lgamma(a1) - lgamma(a)
	return p, normalInverseGamma(draws, a1, b1, &m, &chol, r), logZ
}

// normalInverseGamma returns draws of β ~ N(m, vΛ⁻¹), v ~ inverse gamma(a, b), a being a whole number.
func normalInverseGamma(draws int, a, b float64, m *mat.VecDense, Λ *mat.Cholesky, r *rand.Rand) *mat.Dense {
	exact := mat.NewDense(draws, 3, nil)
	var l mat.TriDense
	Λ.LTo(&l)
	for i := range draws {
		var gamma float64 // of shape a
		for range int(a) {
			gamma += r.ExpFloat64()
		}
		v := b / gamma
		z := mat.NewVecDense(2, []float64{r.NormFloat64(), r.NormFloat64()})
		if err := z.SolveVec(l.T(), z); err != nil { // β = m + √v·L⁻ᵀz
			panic(err)
		}
		exact.SetRow(i, []float64{m.AtVec(0) + math.Sqrt(v)*z.AtVec(0), m.AtVec(1) + math.Sqrt(v)*z.AtVec(1), v})
	}
	return exact
}
