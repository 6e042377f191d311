package main

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/flow"
)

// A posterior of parameters given data.
type posterior struct {
	columns []string                    // of the draws that it is compared with
	log     flow.DensityFunc            // of the parameters, up to a constant
	support bijector.Bijector           // from as many free numbers as there are parameters; nil for none
	free    int                         // how many these are
	typical []float64                   // parameters where the gradient is checked
	output  func(x []float64) []float64 // the columns from the parameters; nil for themselves
}

// makers make posteriors of their data.
var makers = map[string]func(d *dataset) *posterior{
	"eight_schools-eight_schools_noncentered": eightSchools,
	"kidiq-kidscore_momiq":                    kidIQ,
	"garch-garch11":                           garch,
	"low_dim_gauss_mix-low_dim_gauss_mix":     mixture,
	"sblri-blr":                               regression,
	"arK-arK":                                 autoregression,
}

var positive = bijector.NewSoftplus(autodiff.Value{}, autodiff.Value{})

// lastPositive returns the map to k free numbers and a positive one.
func lastPositive(k int) bijector.Bijector {
	return bijector.NewBlockwise(bijector.Block{B: bijector.Identity{}, In: k}, bijector.Block{B: positive, In: 1})
}

// put sets grad, if it is wanted.
func put(grad []float64, values ...float64) { copy(grad, values) }

// halfCauchy returns the log-density of a half-Cauchy distribution, up to a constant, and its slope.
func halfCauchy(x, scale float64) (log, slope float64) {
	v := x / scale
	return -math.Log1p(v * v), -2 * v / scale / (1 + v*v)
}

// eightSchools has zⱼ ~ N(0, 1), yⱼ ~ N(μ + τzⱼ, σⱼ), μ ~ N(0, 5), τ ~ half-Cauchy(0, 5).
func eightSchools(d *dataset) *posterior {
	y, σ := d.floats("y"), d.floats("sigma")
	n := len(y)
	log := func(x, grad []float64) float64 {
		μ, τ := x[n], x[n+1]
		if !(τ > 0) {
			return math.Inf(-1)
		}
		lp, dτ := halfCauchy(τ, 5)
		lp -= μ * μ / 50
		dμ := -μ / 25
		for j, z := range x[:n] {
			r := (y[j] - μ - τ*z) / σ[j]
			lp -= (z*z + r*r) / 2
			dμ += r / σ[j]
			dτ += r / σ[j] * z
			if grad != nil {
				grad[j] = -z + τ*r/σ[j]
			}
		}
		if grad != nil {
			put(grad[n:], dμ, dτ)
		}
		return lp
	}
	output := func(x []float64) []float64 {
		out := append([]float64(nil), x...)
		for j := range n {
			out[j] = x[n] + x[n+1]*x[j]
		}
		return out
	}
	typical := append(make([]float64, n), 4, 3)
	return &posterior{log: log, support: lastPositive(n + 1), free: n + 2, output: output, typical: typical,
		columns: append(indexed("theta", n), "mu", "tau")}
}

// linear returns the log-density of y ~ N(Xβ, σ), up to a constant, at x = (β, σ), and adds its gradient to grad.
func linear(y []float64, rows [][]float64, x, grad []float64) float64 {
	k := len(x) - 1
	σ := x[k]
	lp := -float64(len(y)) * math.Log(σ)
	var squares float64
	for i, row := range rows {
		r := y[i]
		for j, v := range row {
			r -= x[j] * v
		}
		r /= σ
		squares += r * r
		if grad != nil {
			for j, v := range row {
				grad[j] += r * v / σ
			}
		}
	}
	if grad != nil {
		grad[k] += (squares - float64(len(y))) / σ
	}
	return lp - squares/2
}

// kidIQ has kid_score ~ N(β₁ + β₂·mom_iq, σ), σ ~ half-Cauchy(0, 2.5).
func kidIQ(d *dataset) *posterior {
	y := d.floats("kid_score")
	var rows [][]float64
	for _, v := range d.floats("mom_iq") {
		rows = append(rows, []float64{1, v})
	}
	log := func(x, grad []float64) float64 {
		if !(x[2] > 0) {
			return math.Inf(-1)
		}
		lp, slope := halfCauchy(x[2], 2.5)
		if grad != nil {
			put(grad, 0, 0, slope)
		}
		return lp + linear(y, rows, x, grad)
	}
	return &posterior{log: log, support: lastPositive(2), free: 3, columns: []string{"beta[1]", "beta[2]", "sigma"}, typical: []float64{25, 0.6, 18}}
}

// regression has y ~ N(Xβ, σ), β ~ N(0, 10), σ ~ half-N(0, 10).
func regression(d *dataset) *posterior {
	y, rows := d.floats("y"), d.matrix("X")
	k := len(rows[0])
	log := func(x, grad []float64) float64 {
		if !(x[k] > 0) {
			return math.Inf(-1)
		}
		lp := 0.0
		for j, v := range x {
			lp -= v * v / 200
			if grad != nil {
				grad[j] = -v / 100
			}
		}
		return lp + linear(y, rows, x, grad)
	}
	return &posterior{log: log, support: lastPositive(k), free: k + 1, columns: append(indexed("beta", k), "sigma"), typical: []float64{1, 1, 1, 1, 1, 1}}
}

// autoregression has y_t ~ N(α + Σ β_k·y_{t−k}, σ), t > 5; α, β ~ N(0, 10), σ ~ half-Cauchy(0, 2.5).
func autoregression(d *dataset) *posterior {
	y := d.floats("y")
	k := int(d.number("K"))
	var rows [][]float64
	for t := k; t < len(y); t++ {
		row := []float64{1}
		for lag := range k {
			row = append(row, y[t-1-lag])
		}
		rows = append(rows, row)
	}
	log := func(x, grad []float64) float64 {
		if !(x[k+1] > 0) {
			return math.Inf(-1)
		}
		lp, slope := halfCauchy(x[k+1], 2.5)
		for j, v := range x[:k+1] {
			lp -= v * v / 200
			if grad != nil {
				grad[j] = -v / 100
			}
		}
		if grad != nil {
			grad[k+1] = slope
		}
		return lp + linear(y[k:], rows, x, grad)
	}
	return &posterior{log: log, support: lastPositive(k + 1), free: k + 2,
		columns: append(append([]string{"alpha"}, indexed("beta", k)...), "sigma"), typical: []float64{0, 0.7, 0.4, 0.1, 0, -0.3, 0.15}}
}

// garch has s₁ = sigma1, s_t² = α₀ + α₁(y_{t−1} − μ)² + β₁s_{t−1}², y_t ~ N(μ, s_t), flat on α₀ > 0, α₁ > 0, β₁ > 0,
// α₁ + β₁ < 1. Its parameters are μ, α₀, α₁, β₁ and 1 − α₁ − β₁, the last three a point of the simplex.
func garch(d *dataset) *posterior {
	y, first := d.floats("y"), d.number("sigma1")
	log := func(x, grad []float64) float64 {
		μ, α0, α1, β1 := x[0], x[1], x[2], x[3]
		if !(α0 > 0 && α1 > 0 && β1 > 0 && α1+β1 < 1) {
			return math.Inf(-1)
		}
		variance, lp := first*first, 0.0
		var by, sum [4]float64 // slopes of variance and log-density
		for t, v := range y {
			if t > 0 {
				r := y[t-1] - μ
				by = [4]float64{-2*α1*r + β1*by[0], 1 + β1*by[1], r*r + β1*by[2], variance + β1*by[3]}
				variance = α0 + α1*r*r + β1*variance
			}
			r := v - μ
			lp -= (math.Log(variance) + r*r/variance) / 2
			for k := range sum {
				sum[k] += (r*r/variance - 1) / variance / 2 * by[k]
			}
			sum[0] += r / variance
		}
		if grad != nil {
			put(grad, sum[0], sum[1], sum[2], sum[3], 0)
		}
		return lp
	}
	return &posterior{log: log, columns: []string{"mu", "alpha0", "alpha1", "beta1"}, typical: []float64{5, 1.5, 0.5, 0.3, 0.2}, free: 4,
		support: bijector.NewBlockwise(bijector.Block{B: bijector.Identity{}, In: 1}, bijector.Block{B: positive, In: 1}, bijector.Block{B: bijector.StickBreaking{}, In: 2, Out: 3}),
		output:  func(x []float64) []float64 { return x[:4] }}
}

// mixture has y ~ θN(μ₁, σ₁) + (1−θ)N(μ₂, σ₂), μ₁ < μ₂ ~ N(0, 2), σ ~ half-N(0, 2), θ ~ Beta(5, 5).
func mixture(d *dataset) *posterior {
	y := d.floats("y")
	log := func(x, grad []float64) float64 {
		μ, σ, θ := x[:2], x[2:4], x[4]
		if !(μ[0] < μ[1] && σ[0] > 0 && σ[1] > 0 && θ > 0 && θ < 1) {
			return math.Inf(-1)
		}
		lp := 4*math.Log(θ) + 4*math.Log1p(-θ)
		sum := [5]float64{0, 0, 0, 0, 4/θ - 4/(1-θ)}
		for j, v := range x[:4] {
			lp -= v * v / 8
			sum[j] = -v / 4
		}
		weight := [2]float64{θ, 1 - θ}
		var front [2]float64
		for k := range front {
			front[k] = math.Log(weight[k]) - math.Log(σ[k])
		}
		for _, v := range y {
			z := [2]float64{(v - μ[0]) / σ[0], (v - μ[1]) / σ[1]}
			a, b := front[0]-z[0]*z[0]/2, front[1]-z[1]*z[1]/2
			ratio := math.Exp(-math.Abs(a - b))
			lp += max(a, b) + math.Log1p(ratio)
			p := [2]float64{1 / (1 + ratio), ratio / (1 + ratio)} // of the parts
			if a < b {
				p[0], p[1] = p[1], p[0]
			}
			for k := range z {
				sum[k] += p[k] * z[k] / σ[k]
				sum[2+k] += p[k] * (z[k]*z[k] - 1) / σ[k]
				sum[4] += p[k] * (1 - 2*float64(k)) / weight[k]
			}
		}
		if grad != nil {
			copy(grad, sum[:])
		}
		return lp
	}
	return &posterior{log: log, free: 5, columns: []string{"mu[1]", "mu[2]", "sigma[1]", "sigma[2]", "theta"}, typical: []float64{-2.5, 2.5, 1, 1.2, 0.6},
		support: bijector.NewBlockwise(bijector.Block{B: bijector.Ascending{}, In: 2}, bijector.Block{B: positive, In: 2},
			bijector.Block{B: bijector.NewSigmoid(autodiff.Fixed(0), autodiff.Fixed(1)), In: 1})}
}
