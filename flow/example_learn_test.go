package flow_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"gonum.org/v1/gonum/mat"
)

// Learn a density without tuning, look at the report, save the model.
func ExampleLearn() {
	x := bananas(400, 1) // any mat.Matrix whose rows are samples
	model, report, err := flow.Learn(context.Background(), flow.Rows(x), &flow.LearnSettings{Seed: 1, Budget: 1e9})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("better than the best Gaussian:", report.NLL < report.Gaussian-1)
	fmt.Println("rows scored by models that did not see them:", len(report.LogProbs))
	fmt.Println("typical more likely than odd:", model.LogProb([]float64{1, 2}) > model.LogProb([]float64{9, 0}))
	var file bytes.Buffer
	fmt.Println("saved:", model.Save(&file))
	// Output:
	// better than the best Gaussian: true
	// rows scored by models that did not see them: 400
	// typical more likely than odd: true
	// saved: <nil>
}

// Rows given a context, by the same call: y is about twice c.
func ExampleLearn_given() {
	r := rand.New(rand.NewPCG(1, 2))
	y, c := mat.NewDense(200, 1, nil), mat.NewDense(200, 1, nil)
	for i := range 200 {
		c.Set(i, 0, r.ExpFloat64())
		y.Set(i, 0, 2*c.At(i, 0)+0.1*r.NormFloat64())
	}
	model, _, err := flow.Learn(context.Background(), flow.Rows(y).Given(c), &flow.LearnSettings{Budget: 5e8})
	if err != nil {
		fmt.Println(err)
		return
	}
	at := model.Given(mat.NewDense(1, 1, []float64{3}))
	fmt.Println(at.LogProb([]float64{6}) > at.LogProb([]float64{5}))
	// Output: true
}

// The properties of columns that Learn reports: whole numbers, heavy tails, a constant.
func ExampleReport() {
	r := rand.New(rand.NewPCG(1, 2))
	x := mat.NewDense(200, 3, nil)
	for i := range 200 {
		x.SetRow(i, []float64{float64(r.IntN(5)), r.NormFloat64() / r.NormFloat64(), 7})
	}
	_, report, err := flow.Learn(context.Background(), flow.Rows(x), &flow.LearnSettings{Budget: 1e8})
	if err != nil {
		fmt.Println(err)
		return
	}
	var heaviest flow.ColumnReport
	for j, c := range report.Columns {
		fmt.Printf("column %d: whole %v, constant %v\n", j, c.Whole, c.Constant)
		if j == 1 {
			heaviest = c
		}
	}
	fmt.Println("heavy tail:", heaviest.Tail < 3)
	var best flow.PartReport
	for _, p := range report.Parts {
		if p.Weight > best.Weight {
			best = p
		}
	}
	fmt.Println("a part of the model:", best.Weight > 0)
	// Output:
	// column 0: whole true, constant false
	// column 1: whole false, constant false
	// column 2: whole true, constant true
	// heavy tail: true
	// a part of the model: true
}

// A candidate of one's own beside the library's: independent columns.
func ExampleCandidate() {
	own := flow.Candidate{Name: "independent", Fit: func(_ context.Context, f *flow.Fold) (*flow.Transformed, error) {
		_, d := f.X.Dims()
		return flow.New(dist.NewNormal(d, autodiff.Fixed(0), autodiff.Fixed(1))), nil // columns are standardised
	}}
	x := normal(60, 4, 1)
	_, report, err := flow.Learn(context.Background(), flow.Rows(x), &flow.LearnSettings{Candidates: append(flow.Candidates(), own)})
	if err != nil {
		fmt.Println(err)
		return
	}
	last := report.Parts[len(report.Parts)-1]
	fmt.Println(last.Name, last.Weight > 0.2)
	// Output: independent true
}

// The model without the parts that saw some of the rows, to try on these.
func ExampleHeldOut() {
	x := normal(60, 4, 1)
	_, report, err := flow.Learn(context.Background(), flow.Rows(x), &flow.LearnSettings{Budget: 1e8})
	if err != nil {
		fmt.Println(err)
		return
	}
	var first flow.HeldOut = report.Held[0]
	lp := first.Model.LogProb(x.RawRowView(first.Rows[0]))
	for i, row := range report.HeldRows {
		if row == first.Rows[0] {
			fmt.Println(len(report.Held), len(first.Rows), math.Abs(lp-report.LogProbs[i]) < 1e-9)
		}
	}
	// Output: 5 12 true
}
