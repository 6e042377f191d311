package manual_test

import (
	"context"
	"fmt"
	"log"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/mc"
	"github.com/normflow/normflow/flow/sbi"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
	"gonum.org/v1/gonum/stat"
)

// The density exp(−u²/2 − v²/2), u = x₁ − x₂²/4 and v = x₂/4, whose integral is 8π.
func unnormalised(x, grad []float64) float64 {
	u, v := x[0]-x[1]*x[1]/4, x[1]/4
	if grad != nil {
		grad[0], grad[1] = -u, u*x[1]/2-v/4
	}
	return -0.5 * (u*u + v*v)
}

func Example_fitDensity() {
	target := flow.DensityFunc(unnormalised)
	if err := target.Check([]float64{1, 2}); err != nil { // the gradient, against differences
		log.Fatal(err)
	}
	model := flow.RealNVP(flow.Arch{Dim: 2, Hidden: []int{32, 32}}, rand.NewPCG(1, 2))
	result, err := flow.FitDensity(context.Background(), model, target.LogDensity, &flow.Settings{Steps: 800})
	if err != nil {
		log.Fatal(err)
	}
	w := result.Importance
	fmt.Println("integral within four standard errors:", math.Abs(w.LogZ.Value-math.Log(8*math.Pi)) < 4*w.LogZ.SE)
	fmt.Println("more than half of the draws count:", w.ESS > 0.5*float64(w.N))
	// Output:
	// integral within four standard errors: true
	// more than half of the draws count: true
}

func Example_smc() {
	target := mc.Func(func(x []float64) float64 { return unnormalised(x, nil) })
	particles, err := mc.SMC(context.Background(), target, 2, &mc.SMCSettings{Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	z := particles.Draws.LogZ
	fmt.Println("integral within four standard errors:", math.Abs(z.Value-math.Log(8*math.Pi)) < 4*z.SE)
	// Output: integral within four standard errors: true
}

func Example_mode() {
	model := flow.New(dist.NewStdNormal(2), bijector.NewScale(autodiff.Fixed(0.5)), bijector.Exp{}) // lognormal columns, of mode exp(−1/4)
	tape := autodiff.NewTape()
	at := autodiff.NewParam(1, 2, []float64{1, 1})
	logDensity := func(y []float64) autodiff.Var { // at y, on a fresh tape
		copy(at.Data(), y)
		tape.Reset()
		return model.LogDensity(tape.Use(at))
	}
	r, err := optimize.Minimize(optimize.Problem{
		Func: func(y []float64) float64 { return -logDensity(y).Value() },
		Grad: func(grad, y []float64) {
			tape.Backward(logDensity(y).Neg())
			copy(grad, tape.Grad(at))
		},
	}, []float64{1, 1}, nil, &optimize.BFGS{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.4f, exactly %.4f\n", r.X, math.Exp(-0.25))
	// Output: [0.7788 0.7788], exactly 0.7788
}

func Example_simulator() {
	simulator := &sbi.Simulator{
		Prior: dist.NewNormal(1, autodiff.Fixed(0), autodiff.Fixed(1)),
		Dim:   1, // numbers that a run gives
		Run: func(theta, x []float64, r *rand.Rand) error {
			x[0] = theta[0] + 0.5*r.NormFloat64()
			return nil
		},
	}
	posterior, _, err := sbi.Learn(context.Background(), simulator, &sbi.Settings{Simulations: 1600, Budget: 1e9})
	if err != nil {
		log.Fatal(err)
	}
	samples, err := posterior.Sample(context.Background(), mat.NewDense(1, 1, []float64{1.5}), 4000, 1)
	if err != nil {
		log.Fatal(err)
	}
	mean, variance := stat.MeanVariance(mat.Col(nil, 0, samples.Theta), nil)
	fmt.Printf("mean %.1f, variance %.1f; exact: 1.2, 0.2\n", mean, variance)
	// Output: mean 1.2, variance 0.2; exact: 1.2, 0.2
}
