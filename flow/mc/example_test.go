package mc_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/mc"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/samplemv"
)

// The constant of a density by weighted draws: ∫ exp(800 − ½‖x‖²) dx = e⁸⁰⁰·2π.
func ExampleImportance() {
	target := mc.Func(func(x []float64) float64 { return 800 - (x[0]*x[0]+x[1]*x[1])/2 })
	proposal := dist.NewStudentT(2, autodiff.Fixed(5), autodiff.Fixed(0), autodiff.Fixed(1))
	draws, err := mc.Importance(context.Background(), target, proposal, 5000, rand.NewPCG(1, 2))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("log Z is right:", math.Abs(draws.LogZ.Value-800-math.Log(2*math.Pi)) < 3*draws.LogZ.SE)
	fmt.Println("reliable:", draws.Reliable(), "and nothing missed:", len(draws.Warnings) == 0)
	// Output:
	// log Z is right: true
	// reliable: true and nothing missed: true
}

// Means under the target, and draws without weights.
func ExampleDraws() {
	target := mc.Func(func(x []float64) float64 { return -math.Abs(x[0]) }) // Laplace
	draws, err := mc.Importance(context.Background(), target, dist.NewStudentT(1, autodiff.Fixed(2), autodiff.Fixed(0), autodiff.Fixed(1)), 5000, rand.NewPCG(1, 2))
	if err != nil {
		fmt.Println(err)
		return
	}
	size := draws.Mean(func(x []float64) float64 { return math.Abs(x[0]) })
	fmt.Println("mean size 1:", math.Abs(size.Value-1) < 3*size.SE)
	fmt.Println(draws.Resample(100, rand.NewPCG(3, 4)).Dims())
	// Output:
	// mean size 1: true
	// 100 1
}

// A density of positive numbers, walked through in their logarithm.
func ExampleWalk() {
	gamma := mc.Func(func(x []float64) float64 { return 2*math.Log(x[0]) - x[0] })
	start := mat.NewDense(20, 1, nil)
	dist.NewStdNormal(1).Draw(start, rand.NewPCG(1, 2))
	chains, err := mc.Walk(context.Background(), mc.Through(gamma, bijector.Exp{}), start, &mc.WalkSettings{Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	var mean float64
	for _, u := range chains.X.RawMatrix().Data {
		mean += math.Exp(u) / float64(len(chains.LogProb))
	}
	fmt.Println("mean 3:", math.Abs(mean-3) < 0.2)
	// Output: mean 3: true
}

// What a walk tells: states, and how well the chains agree.
func ExampleChains() {
	start := mat.NewDense(20, 1, nil)
	dist.NewStdNormal(1).Draw(start, rand.NewPCG(1, 2))
	var chains *mc.Chains
	chains, err := mc.Walk(context.Background(), mc.Func(func(x []float64) float64 { return -x[0] * x[0] }), start, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(chains.LogProb), chains.RHat[0] < 1.05, chains.ESS[0] > 100)
	// Output: 2000 true true
}

// A function of one row as a target.
func ExampleFunc() {
	f := mc.Func(func(x []float64) float64 { return -x[0] * x[0] })
	fmt.Println(f.LogProbs(nil, mat.NewDense(3, 1, []float64{1, 2, 3})))
	// Output: [-1 -4 -9]
}

// A flow as independent proposal of gonum's sampler.
func ExampleIndependent() {
	q := flow.New(dist.NewStudentT(1, autodiff.Fixed(3), autodiff.Fixed(0), autodiff.Fixed(1))).WithSource(rand.NewPCG(1, 2))
	batch := mat.NewDense(5000, 1, nil)
	target := flow.New(dist.NewStdNormal(1))
	samplemv.MetropolisHastingser{Initial: []float64{0}, Target: target, Proposal: mc.Independent{Flow: q}, Src: rand.NewPCG(3, 4)}.Sample(batch)
	fmt.Printf("deviation %.1f\n", mat.Norm(batch, 2)/math.Sqrt(5000))
	// Output: deviation 1.0
}

// Steps in the normal space of a flow.
func ExampleNewPreconditioned() {
	q := flow.New(dist.NewStdNormal(1), bijector.NewScale(autodiff.Fixed(0.5)), bijector.Exp{}) // log-normal
	var step *mc.Preconditioned = mc.NewPreconditioned(q, 0.5, rand.NewPCG(1, 2))
	fmt.Println("stays positive:", step.ConditionalRand(nil, []float64{3})[0] > 0)
	// Output: stays positive: true
}

// A normal density of unknown constant, place and scale: e⁵·√(2π)·0.01, by annealed particles.
func ExampleSMC() {
	target := mc.Func(func(x []float64) float64 { return 5 - math.Pow((x[0]-70)/0.01, 2)/2 })
	settings := &mc.SMCSettings{Particles: 200, Adapt: mc.AdaptSettings{Draws: 1000, Rounds: 1, Steps: 100}}
	var particles *mc.Particles
	particles, err := mc.SMC(context.Background(), target, 1, settings)
	if err != nil {
		fmt.Println(err)
		return
	}
	z := particles.Draws.LogZ
	fmt.Println("evidence right:", math.Abs(z.Value-5-math.Log(math.Sqrt(2*math.Pi)*0.01)) < 3*z.SE+0.01)
	var last mc.Stage = particles.Stages[len(particles.Stages)-1]
	fmt.Println("at the target:", last.Beta == 1)
	// Output:
	// evidence right: true
	// at the target: true
}

// A flow that is fitted elsewhere is brought to the target.
func ExampleAdapt() {
	target := mc.Func(func(x []float64) float64 { return -math.Abs(x[0] - 2) })
	model := flow.NSF(flow.Arch{Dim: 1, Layers: 2, Hidden: []int{8}}, rand.NewPCG(1, 2))
	draws, err := mc.Adapt(context.Background(), target, model, &mc.AdaptSettings{Draws: 1000, Rounds: 2, Steps: 200})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("most draws count:", draws.ESS > 500)
	// Output: most draws count: true
}
