package flow_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/samplemv"
)

// Learn a density from rows, score a row, draw new rows.
func ExampleFit() {
	x := bananas(5000, 1) // any mat.Matrix whose rows are samples
	model := flow.RealNVP(flow.Arch{Dim: 2}, rand.NewPCG(1, 2))
	result, err := flow.Fit(context.Background(), model, flow.Rows(x), &flow.Settings{Steps: 500})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("better than the best Gaussian, 5.97 nats:", result.Loss < 4.5)
	fmt.Println("typical more likely than odd:", model.LogProb([]float64{1, 2}) > model.LogProb([]float64{9, 0}))

	batch := mat.NewDense(10000, 2, nil)
	model.WithSource(rand.NewPCG(3, 4)).Sample(batch)
	fmt.Printf("mean of new rows' first column %.0f\n", stat.Mean(mat.Col(nil, 0, batch), nil))
	// Output:
	// better than the best Gaussian, 5.97 nats: true
	// typical more likely than odd: true
	// mean of new rows' first column 4
}

// A density of one's own: the logarithm of y is normal.
func ExampleNew() {
	m := flow.New(dist.NewStdNormal(1), bijector.NewScale(autodiff.Fixed(0.5)), bijector.Exp{})
	fmt.Printf("%.4f %.4f\n", m.LogProb([]float64{1}), m.LogProb([]float64{-1}))
	// Output: -0.2258 -Inf
}

// Learn the posterior of a parameter θ given an observation c, from a
// simulator: θ ~ N(0, 1), c = θ + noise of deviation ½, so that θ | c has mean 0.8·c and variance 0.2.
func ExampleTransformed_Given() {
	simulate := func(theta, c *mat.Dense, src rand.Source) {
		r := rand.New(src)
		n, _ := theta.Dims()
		for i := range n {
			theta.Set(i, 0, r.NormFloat64())
			c.Set(i, 0, theta.At(i, 0)+0.5*r.NormFloat64())
		}
	}
	model := flow.RealNVP(flow.Arch{Dim: 1, Cond: 1, Layers: 2}, rand.NewPCG(1, 2))
	if _, err := flow.Fit(context.Background(), model, flow.FreshGiven(1, 1, simulate), &flow.Settings{Steps: 500}); err != nil {
		fmt.Println(err)
		return
	}
	posterior := model.Given(mat.NewDense(1, 1, []float64{1.5}))
	theta := mat.NewDense(20000, 1, nil)
	posterior.WithSource(rand.NewPCG(3, 4)).Sample(theta)
	mean, variance := stat.MeanVariance(mat.Col(nil, 0, theta), nil)
	fmt.Printf("mean %.1f, variance %.1f\n", mean, variance)
	// Output: mean 1.2, variance 0.2
}

// A thousand samples for each of two contexts.
func ExampleTransformed_GivenEach() {
	model := flow.RealNVP(flow.Arch{Dim: 1, Cond: 2}, rand.NewPCG(1, 2))
	contexts := mat.NewDense(2, 2, []float64{1, 2, 3, 4})
	samples := mat.NewDense(2*1000, 1, nil) // rows 1000 to 1999 are given the second
	model.GivenEach(contexts, 1000).Sample(samples)
	fmt.Println(len(model.GivenEach(contexts, 1000).LogProbs(nil, samples)))
	// Output: 2000
}

// A flow is a proposal for gonum's samplers: here importance sampling from a
// flow that was fitted to the target's density.
func ExampleFitDensity() {
	model := flow.RealNVP(flow.Arch{Dim: 2, Hidden: []int{32, 32}}, rand.NewPCG(1, 2))
	if _, err := flow.FitDensity(context.Background(), model, bananaDensity, &flow.Settings{Steps: 800}); err != nil {
		fmt.Println(err)
		return
	}
	const n = 20000
	rows, weights := mat.NewDense(n, 2, nil), make([]float64, n)
	samplemv.Importance{
		Target:   logProber{},
		Proposal: model.WithSource(rand.NewPCG(3, 4)),
	}.SampleWeighted(rows, weights)

	var sum, squares, mean float64
	for i, w := range weights {
		sum += w
		squares += w * w
		mean += w * rows.At(i, 0)
	}
	fmt.Printf("more than half effective: %v; mean of the first column %.0f, which is 4\n", sum*sum/squares > n/2, mean/sum)
	// Output: more than half effective: true; mean of the first column 4, which is 4
}

// One training for the posterior of a mean θ ~ N(0, 1) given any observation c ~ N(θ, 1), whose density is
// known up to a factor: N(c/2, 1/2).
func ExampleFitDensityGiven() {
	model := flow.RealNVP(flow.Arch{Dim: 1, Cond: 1, Layers: 2, Hidden: []int{16}}, rand.NewPCG(1, 2))
	joint := func(theta, c autodiff.Var) autodiff.Var {
		return theta.Square().Add(c.Sub(theta).Square()).MulConst(-0.5)
	}
	observations := flow.Rows(mat.NewDense(7, 1, []float64{-3, -2, -1, 0, 1, 2, 3}))
	_, err := flow.FitDensityGiven(context.Background(), model, observations, joint, &flow.Settings{Steps: 500})
	theta := mat.NewDense(20000, 1, nil)
	model.Given(mat.NewDense(1, 1, []float64{2})).Draw(theta, rand.NewPCG(3, 4))
	mean, variance := stat.MeanVariance(mat.Col(nil, 0, theta), nil)
	fmt.Printf("%v: mean %.1f, variance %.1f\n", err, mean, variance)
	// Output: <nil>: mean 1.0, variance 0.5
}

// bananaDensity returns log p of each row of y.
func bananaDensity(y autodiff.Var) autodiff.Var {
	x1, x2 := y.Slice(0, 1), y.Slice(1, 2)
	z := autodiff.Concat(x1.Sub(x2.Square().MulConst(0.25)), x2.MulConst(0.25))
	return z.StdNormalLogDensity()
}

// logProber is the banana for gonum.
type logProber struct{}

func (logProber) LogProb(x []float64) float64 {
	u, v := x[0]-x[1]*x[1]/4, x[1]/4
	return -0.5*(u*u+v*v) - math.Log(8*math.Pi)
}

// The latent space: from data to base and back.
func ExampleTransformed_Encode() {
	model := flow.New(dist.NewStdNormal(2), bijector.NewShift(autodiff.Fixed(1, -1)))
	x := model.Encode(nil, mat.NewDense(1, 2, []float64{3, 3}))
	fmt.Println(x.RawRowView(0), model.Decode(nil, x).RawRowView(0))
	// Output: [2 4] [3 3]
}

// A preset for positive columns: a map at the data's end.
func ExampleTransformed_Then() {
	model := flow.NSF(flow.Arch{Dim: 2}, rand.NewPCG(1, 2)).Then(bijector.Exp{})
	fmt.Println(model.LogProb([]float64{1, 2}) > -10, model.LogProb([]float64{1, -2}))
	// Output: true -Inf
}

// A mixture of flows, one of which stays as it is while the rest is trained.
func ExampleTransformed_Freeze() {
	known := flow.New(dist.NewStdNormal(1), bijector.NewScale(autodiff.Learned(2)))
	known.Freeze()
	model := flow.New(dist.NewMixture(dist.FixedWeights(1, 1), known, flow.New(dist.NewStdNormal(1), bijector.NewShift(autodiff.Learned(5)))))
	for _, p := range model.Params() {
		fmt.Println(p.Len(), p.Frozen())
	}
	// Output:
	// 2 true
	// 1 true
	// 1 false
}

// Presets take a few parameters; the zero value of the others is a good default.
func ExampleArch() {
	model := flow.NSF(flow.Arch{Dim: 3, Cond: 2, Layers: 6, Hidden: []int{128, 128}, Bins: 10}, rand.NewPCG(1, 2))
	fmt.Println(model.Dim(), model.CondDim(), len(model.Params()) > 6*6)
	// Output: 3 2 true
}

// Wide networks compute in float32, unless they are told otherwise.
func ExamplePrecision() {
	for _, p := range []flow.Precision{flow.ByWidth, flow.Float64} {
		m := flow.RealNVP(flow.Arch{Dim: 2, Hidden: []int{128, 128}, Precision: p}, nil)
		fmt.Println(m.Map[1].(*bijector.Coupling).Net.(*nn.MLP).Single)
	}
	// Output:
	// true
	// false
}

// Rows may have weights.
func ExampleData_Weighted() {
	x := mat.NewDense(4, 1, []float64{0, 2, 4, 100})
	m := flow.New(dist.NewStdNormal(1), bijector.NewShift(autodiff.Learned(0)))
	_, err := flow.Fit(context.Background(), m, flow.Rows(x).Weighted([]float64{1, 1, 1, 0}), &flow.Settings{Steps: 2000, Schedule: optim.Cosine{Start: 0.01}, Clip: -1})
	fmt.Printf("%v %.1f\n", err, m.Decode(nil, mat.NewDense(1, 1, nil)).At(0, 0))
	// Output: <nil> 2.0
}

func ExampleRecord() {
	model := flow.New(dist.NewStdNormal(1), bijector.NewShift(autodiff.Learned(0)))
	data := flow.Rows(mat.NewDense(4, 1, []float64{1, 2, 3, 4}))
	show := func(r flow.Record) { fmt.Printf("step %d of %d: NLL %.3f\n", r.Step, r.Steps, r.Loss) }
	var result *flow.Result
	result, err := flow.Fit(context.Background(), model, data, &flow.Settings{
		Steps: 2, Batch: 4, Every: 1, Optimizer: &optim.SGD{}, Schedule: optim.Constant(1), Report: show,
	})
	fmt.Println(result.Steps, err)
	// Output:
	// step 1 of 2: NLL 4.669
	// step 2 of 2: NLL 1.544
	// 2 <nil>
}

// A continuous flow learns a ring without its equation being solved, and then scores and samples as any flow.
func ExampleMatch() {
	ring := func(batch *mat.Dense, src rand.Source) {
		r := rand.New(src)
		n, _ := batch.Dims()
		for i := range n {
			sin, cos := math.Sincos(2 * math.Pi * r.Float64())
			batch.SetRow(i, []float64{3*cos + 0.2*r.NormFloat64(), 3*sin + 0.2*r.NormFloat64()})
		}
	}
	m := flow.CNF(flow.Arch{Dim: 2, Hidden: []int{32, 32}}, rand.NewPCG(1, 2))
	s := &flow.MatchSettings{Settings: flow.Settings{Steps: 1500, Batch: 128}}
	if _, err := flow.Match(context.Background(), m, flow.Fresh(2, ring), s); err != nil {
		panic(err)
	}
	fmt.Println("the ring is likelier than its middle:", m.LogProb([]float64{3, 0}) > m.LogProb([]float64{0, 0})+2)
	// Output: the ring is likelier than its middle: true
}
