package main

import (
	"errors"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow/sbi"
)

// sir is an epidemic: S′ = −βSI/N, I′ = βSI/N − γI, with I/N seen by a thousand tests on ten days.
func sir() *sbi.Simulator {
	prior := dist.NewLogNormal(2, autodiff.Fixed(math.Log(0.4), math.Log(0.125)), autodiff.Fixed(0.5, 0.2))
	return &sbi.Simulator{Prior: prior, Dim: 10, Run: func(theta, x []float64, r *rand.Rand) error {
		const people, tests = 1e6, 1000
		β, γ := theta[0], theta[1]
		i := 0
		return solve([2]float64{people - 1, 1}, 17, len(x), func(y [2]float64) [2]float64 {
			infections := β * y[0] * y[1] / people
			return [2]float64{-infections, infections - γ*y[1]}
		}, func(y [2]float64) {
			p, count := y[1]/people, 0
			for range tests {
				if r.Float64() < p {
					count++
				}
			}
			x[i] = float64(count)
			i++
		})
	}}
}

// lotkaVolterra is hares and lynxes: X′ = αX − βXY, Y′ = −γY + δXY, both seen with log-normal noise at ten times.
func lotkaVolterra() *sbi.Simulator {
	prior := dist.NewLogNormal(4, autodiff.Fixed(-0.125, -3, -0.125, -3), autodiff.Fixed(0.5))
	return &sbi.Simulator{Prior: prior, Dim: 20, Run: func(theta, x []float64, r *rand.Rand) error {
		α, β, γ, δ := theta[0], theta[1], theta[2], theta[3]
		i := 0
		return solve([2]float64{30, 1}, 2.1, len(x)/2, func(y [2]float64) [2]float64 {
			return [2]float64{α*y[0] - β*y[0]*y[1], δ*y[0]*y[1] - γ*y[1]}
		}, func(y [2]float64) {
			for k, v := range y {
				x[i+k*10] = min(max(v, 1e-10), 1e4) * math.Exp(0.1*r.NormFloat64())
			}
			i++
		})
	}}
}

// solve follows y′ = f(y) and calls see at the times 0, every, 2·every, …: n of them. It steps by Runge–Kutta of order 5
// with an estimate of order 4, J. Dormand, P. Prince, A family of embedded Runge–Kutta formulae, 1980.
func solve(y [2]float64, every float64, n int, f func(y [2]float64) [2]float64, see func(y [2]float64)) error {
	h := every / 100
	for k := range n {
		for left := every * float64(min(k, 1)); left > 0; {
			step := min(h, left)
			next, wrong := dormandPrince(y, step, f)
			if wrong <= 1 {
				y, left = next, left-step
			}
			h = step * min(5, max(0.2, 0.9*math.Pow(max(wrong, 1e-10), -0.2)))
			if !(h > 1e-10) {
				return errors.New("the solver's steps became too small")
			}
			if left < 1e-12 {
				left = 0
			}
		}
		see(y)
	}
	return nil
}

var (
	slopes = [6][]float64{
		{1. / 5},
		{3. / 40, 9. / 40},
		{44. / 45, -56. / 15, 32. / 9},
		{19372. / 6561, -25360. / 2187, 64448. / 6561, -212. / 729},
		{9017. / 3168, -355. / 33, 46732. / 5247, 49. / 176, -5103. / 18656},
		{35. / 384, 0, 500. / 1113, 125. / 192, -2187. / 6784, 11. / 84},
	}
	differences = []float64{71. / 57600, 0, -71. / 16695, 71. / 1920, -17253. / 339200, 22. / 525, -1. / 40}
)

// dormandPrince returns y after a step, and its error in units of what is allowed.
func dormandPrince(y [2]float64, h float64, f func(y [2]float64) [2]float64) (next [2]float64, wrong float64) {
	const relative, absolute = 1e-7, 1e-9
	k := make([][2]float64, 1, 7)
	k[0] = f(y)
	for _, a := range slopes {
		next = y
		for s, v := range a {
			next[0] += h * v * k[s][0]
			next[1] += h * v * k[s][1]
		}
		k = append(k, f(next))
	}
	for j := range y {
		e := 0.0
		for s, v := range differences {
			e += h * v * k[s][j]
		}
		wrong = max(wrong, math.Abs(e)/(absolute+relative*max(math.Abs(y[j]), math.Abs(next[j]))))
	}
	if math.IsNaN(wrong) {
		wrong = math.Inf(1)
	}
	return next, wrong
}
