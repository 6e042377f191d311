package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow/sbi"
	"gonum.org/v1/gonum/mat"
)

// A task makes a simulator from the folder of the benchmark.
type task func(dir string) (*sbi.Simulator, error)

var tasks = map[string]task{
	"gaussian_linear":         fixed(gaussianLinear),
	"gaussian_linear_uniform": fixed(gaussianLinearUniform),
	"gaussian_mixture":        fixed(gaussianMixture),
	"two_moons":               fixed(twoMoons),
	"slcp":                    fixed(slcp),
	"bernoulli_glm":           bernoulliGLM,
	"sir":                     fixed(sir),
	"lotka_volterra":          fixed(lotkaVolterra),
}

func fixed(f func() *sbi.Simulator) task {
	return func(string) (*sbi.Simulator, error) { return f(), nil }
}

func simulator(dir, name string) (*sbi.Simulator, error) {
	t, ok := tasks[name]
	if !ok {
		var names []string
		for n := range tasks {
			names = append(names, n)
		}
		slices.Sort(names)
		return nil, fmt.Errorf("got task %q, want one of %s", name, strings.Join(names, ", "))
	}
	return t(dir)
}

func uniform(d int, bound float64) dist.Distribution {
	return dist.NewUniform(d, autodiff.Fixed(-bound), autodiff.Fixed(bound))
}

// linear is x ~ N(θ, 0.1·I).
func linear(theta, x []float64, r *rand.Rand) error {
	for j, v := range theta {
		x[j] = v + math.Sqrt(0.1)*r.NormFloat64()
	}
	return nil
}

func gaussianLinear() *sbi.Simulator {
	return &sbi.Simulator{Prior: dist.NewNormal(10, autodiff.Fixed(0), autodiff.Fixed(math.Sqrt(0.1))), Dim: 10, Run: linear}
}

func gaussianLinearUniform() *sbi.Simulator {
	return &sbi.Simulator{Prior: uniform(10, 1), Dim: 10, Run: linear}
}

func gaussianMixture() *sbi.Simulator {
	return &sbi.Simulator{Prior: uniform(2, 10), Dim: 2, Run: func(theta, x []float64, r *rand.Rand) error {
		sd := 1.0
		if r.IntN(2) == 0 {
			sd = 0.1
		}
		for j, v := range theta {
			x[j] = v + sd*r.NormFloat64()
		}
		return nil
	}}
}

func twoMoons() *sbi.Simulator {
	return &sbi.Simulator{Prior: uniform(2, 1), Dim: 2, Run: func(theta, x []float64, r *rand.Rand) error {
		a, radius := math.Pi*(r.Float64()-0.5), 0.1+0.01*r.NormFloat64()
		x[0] = radius*math.Cos(a) + 0.25 - math.Abs(theta[0]+theta[1])/math.Sqrt2
		x[1] = radius*math.Sin(a) + (theta[1]-theta[0])/math.Sqrt2
		return nil
	}}
}

// slcp has a simple likelihood and a complex posterior: four points of a normal distribution.
func slcp() *sbi.Simulator {
	return &sbi.Simulator{Prior: uniform(5, 3), Dim: 8, Run: func(theta, x []float64, r *rand.Rand) error {
		const least = 1e-6 // added to the variances
		s1, s2, ρ := theta[2]*theta[2], theta[3]*theta[3], math.Tanh(theta[4])
		l11 := math.Sqrt(s1*s1 + least)
		l21 := ρ * s1 * s2 / l11
		l22 := math.Sqrt(s2*s2 + least - l21*l21)
		for k := 0; k < len(x); k += 2 {
			a, b := r.NormFloat64(), r.NormFloat64()
			x[k] = theta[0] + l11*a
			x[k+1] = theta[1] + l21*a + l22*b
		}
		return nil
	}}
}

// bernoulliGLM is a spiking neuron: y ~ Bernoulli(σ(Xθ)), summed up as Xᵀy.
func bernoulliGLM(dir string) (*sbi.Simulator, error) {
	design, err := readCSV(dir, "bernoulli_glm", "design_matrix.csv")
	if err != nil {
		return nil, err
	}
	n, d := design.Dims()
	prior, err := glmPrior(d)
	if err != nil {
		return nil, err
	}
	return &sbi.Simulator{Prior: prior, Dim: d, Run: func(theta, x []float64, r *rand.Rand) error {
		clear(x)
		for t := range n {
			row, ψ := design.RawRowView(t), 0.0
			for j, v := range row {
				ψ += v * theta[j]
			}
			if r.Float64() < 1/(1+math.Exp(-ψ)) {
				for j, v := range row {
					x[j] += v
				}
			}
		}
		return nil
	}}, nil
}

// glmPrior is N(0, Λ⁻¹) with Λ = diag-block(½, FᵀF), F of second differences: smooth filters.
func glmPrior(d int) (dist.Distribution, error) {
	m := d - 1
	diff := mat.NewDense(m, m, nil)
	for i := range m {
		diff.Set(i, i, 1)
		if i > 0 {
			diff.Set(i, i-1, -1)
		}
	}
	var f, inner mat.Dense
	f.Mul(diff, diff)
	for i := range m {
		f.Set(i, i, f.At(i, i)+math.Sqrt(float64(i)/float64(m)))
	}
	inner.Mul(f.T(), &f)
	precision := mat.NewSymDense(d, nil)
	precision.SetSym(0, 0, 0.5)
	for i := range m {
		for j := range i + 1 {
			precision.SetSym(i+1, j+1, inner.At(i, j))
		}
	}
	var c mat.Cholesky
	var covariance mat.SymDense
	if !c.Factorize(precision) {
		return nil, fmt.Errorf("bernoulli_glm: the prior's precision is not positive definite")
	}
	if err := c.InverseTo(&covariance); err != nil {
		return nil, err
	}
	return dist.NewCovarianceNormal(autodiff.Fixed(make([]float64, d)...), &covariance)
}
