package calibration_test

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/calibration"
	"gonum.org/v1/gonum/mat"
)

// Rows from a normal of deviation 1 under a model that is too narrow.
func ExampleUniformity() {
	src := rand.NewPCG(1, 0)
	y := rows(dist.NewStdNormal(1), 500, src)
	model := dist.NewNormal(1, autodiff.Fixed(0), autodiff.Fixed(0.7))
	u := calibration.PIT(model, y, 0, src)
	fmt.Println(u)
	fmt.Printf("a tenth is below %.2f of the mass\n", u.Curve(0, []float64{0.1})[0])
	// Output:
	// distribution functions of 500 rows are not uniform (p < 1e-5): column 0 is off by up to 0.103 (density too narrow)
	// a tenth is below 0.19 of the mass
}

func ExampleColumnUniformity() {
	u := mat.NewDense(4, 1, []float64{0.1, 0.4, 0.6, 0.9})
	c := calibration.Uniform(u).Columns[0]
	fmt.Printf("A² %.2f, p %.2f, off by up to %.2f\n", c.Statistic, c.P, c.Gap)
	// Output:
	// A² 0.17, p 1.00, off by up to -0.15
}

// The posterior of a mean, from one observation and a standard normal prior, is
// N(x/2, 1/2).
func ExampleSBC() {
	src := rand.NewPCG(2, 0)
	truth, x := simulated(200, src)
	u := calibration.SBC(truth, 100, func(i int, batch *mat.Dense) {
		dist.NewNormal(1, autodiff.Fixed(x[i]/2), autodiff.Fixed(math.Sqrt(0.5))).Draw(batch, src)
	}, src)
	fmt.Println(u)
	// Output: ranks of 200 rows are uniform as far as the test sees (p = 0.73)
}

func ExampleEstimate() {
	m := flow.New(dist.NewStdNormal(1), new(bijector.Exp))
	fmt.Println(calibration.Entropy(dist.NewStdNormal(1), 0, nil))
	fmt.Println(calibration.Entropy(m, 10000, rand.NewPCG(1, 0)))
	// Output:
	// 1.419 (exact)
	// 1.416 ± 0.012
}

func ExampleLikelihood() {
	y := rows(dist.NewStdNormal(1), 200, rand.NewPCG(4, 0))
	fmt.Println(calibration.LogLikelihood(flow.New(dist.NewStdNormal(1)).LogProbs(nil, y)))
	// Output: mean log-density -1.3563 ± 0.0400 nats a row over 200 rows
}

func ExampleDifference() {
	y := rows(dist.NewStdNormal(1), 200, rand.NewPCG(4, 0))
	right, wide := flow.New(dist.NewStdNormal(1)), flow.New(dist.NewNormal(1, autodiff.Fixed(0), autodiff.Fixed(1.5)))
	fmt.Println(calibration.Compare(right.LogProbs(nil, y), wide.LogProbs(nil, y)))
	// Output: difference 0.1625 ± 0.0222 nats a row over 200 rows (p < 1e-5): the first is better
}

// Draws from N(0, 1.3²) for the target exp(800 − x²/2), whose integral is
// √(2π)·e⁸⁰⁰.
func ExampleImportance() {
	src := rand.NewPCG(6, 0)
	q := flow.New(dist.NewNormal(1, autodiff.Fixed(0), autodiff.Fixed(1.3)))
	x, lw := mat.NewDense(2000, 1, nil), make([]float64, 2000)
	q.Draw(x, src)
	for i, logQ := range q.LogProbs(nil, x) {
		lw[i] = 800 - x.At(i, 0)*x.At(i, 0)/2 - logQ
	}
	w, err := calibration.ImportanceWeights(lw)
	fmt.Println(w, err)
	// Output: log Z = 800.9197 ± 0.0069, effective sample size 1826 of 2000 (91.3 %), Pareto k̂ -1.59: reliable <nil>
}

func ExampleClassifier() {
	src := rand.NewPCG(7, 0)
	x, y := rows(dist.NewStdNormal(2), 400, src), rows(dist.NewNormal(2, autodiff.Fixed(1), autodiff.Fixed(1)), 400, src)
	fmt.Println(calibration.C2ST(x, y, &calibration.C2STSettings{Hidden: []int{10}, Epochs: 40}))
	// Output: C2ST 0.742 ± 0.027 over 800 rows (AUROC 0.809): the classifier tells the samples apart
}

func ExampleC2STSettings() {
	src := rand.NewPCG(7, 0)
	x, y := rows(dist.NewStdNormal(2), 300, src), rows(dist.NewStdNormal(2), 300, src)
	fmt.Println(calibration.C2ST(x, y, &calibration.C2STSettings{Hidden: []int{10}, Epochs: 20, Folds: 3, Seed: 5}))
	// Output: C2ST 0.488 ± 0.032 over 600 rows (AUROC 0.503): the classifier cannot tell the samples apart
}

func ExampleTwoSample() {
	src := rand.NewPCG(8, 0)
	x, y := rows(dist.NewStdNormal(2), 100, src), rows(dist.NewNormal(2, autodiff.Fixed(0.5), autodiff.Fixed(1)), 100, src)
	fmt.Println(calibration.EnergyDistance(x, y, 0, src))
	fmt.Println(calibration.MMD(x, y, 0, src))
	// Output:
	// energy distance 0.1926 between 100 and 100 rows (p = 0.005 by 200 permutations): the samples differ
	// squared maximum mean discrepancy 0.05272 between 100 and 100 rows (p = 0.005 by 200 permutations): the samples differ
}

func ExampleTailCheck() {
	src := rand.NewPCG(9, 0)
	y := rows(dist.NewStudentT(1, autodiff.Fixed(3), autodiff.Fixed(0), autodiff.Fixed(1)), 2000, src)
	fmt.Println(calibration.Tails(dist.NewNormal(1, autodiff.Fixed(0), autodiff.Fixed(1.7)), y, 10000, src))
	// Output: tails differ (p = 4.2e-05): column 0 has 1.35 % of the rows and 0.55 % of the draws beyond 3 deviations
}

func ExampleTail() {
	src := rand.NewPCG(9, 0)
	y := rows(dist.NewStdNormal(1), 2000, src)
	t := calibration.Tails(dist.NewStdNormal(1), y, 2000, src).Tails[0]
	fmt.Printf("beyond %g deviations: %d rows, %d draws\n", t.Deviations, t.Rows, t.Draws)
	// Output: beyond 3 deviations: 2 rows, 2 draws
}

func ExampleRoundTripError() {
	m := flow.NSF(flow.Arch{Dim: 2}, rand.NewPCG(1, 0))
	r := calibration.RoundTrip(m, rows(dist.NewStdNormal(2), 100, rand.NewPCG(2, 0)))
	fmt.Println(r.Greatest < 1e-12, r.Nonfinite)
	// Output:
	// true 0
}

// What a model must have for a round trip.
func ExampleEncoder() {
	var m calibration.Encoder = flow.New(dist.NewStdNormal(1), new(bijector.Exp))
	fmt.Println(m.Decode(nil, mat.NewDense(1, 1, []float64{0})).At(0, 0))
	// Output:
	// 1
}

func ExampleRegion() {
	m := flow.New(dist.NewStdNormal(2))
	r := calibration.HighestDensity(m, 0.9, 20000, rand.NewPCG(3, 0))
	fmt.Println(r.Level, r.Contains(m.LogProb([]float64{1, 1})), r.Contains(m.LogProb([]float64{3, 1})))
	// Output: -4.125 ± 0.02 true false
}

// Two columns of correlation 0.8 under a model that takes them for independent.
func ExampleTransform() {
	src := rand.NewPCG(1, 0)
	truth := dist.NewMultivariateNormal(autodiff.Fixed(0, 0), autodiff.FixedMatrix(mat.NewDense(2, 2, []float64{1, 0, 0.8, 0.6})))
	y := rows(truth, 400, src)
	model := dist.NewStdNormal(2)
	fmt.Println(calibration.PIT(model, y, 0, src).P > 0.05)
	t := calibration.Rosenblatt(truth, y, 0, src)
	fmt.Println(t.Exact, t.P > 0.05)
	// Output:
	// true
	// true true
}

// What a flow of autoregressive maps in one order implements.
func ExampleRosenblatter() {
	var r calibration.Rosenblatter = flow.MAF(flow.Arch{Dim: 2, Layers: 1}, rand.NewPCG(1, 0))
	u := mat.NewDense(1, 2, nil)
	order, err := r.Rosenblatt(u, mat.NewDense(1, 2, nil))
	fmt.Println(order, err, u.RawRowView(0))
	// Output: [0 1] <nil> [0.5 0.5]
}
