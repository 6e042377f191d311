package manual_test

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"
)

func Example_changeOfVariables() {
	base := dist.NewStdNormal(1)
	model := flow.New(base, bijector.Exp{}) // y = exp(x)

	y := 2.0
	x := math.Log(y) // f⁻¹(y)
	byHand := -x*x/2 - math.Log(2*math.Pi)/2 - math.Log(y)
	fmt.Printf("%.6f %.6f\n", model.LogProb([]float64{y}), byHand)
	// Output: -1.852312 -1.852312
}

func Example_integral() {
	model := flow.New(dist.NewStdNormal(1), bijector.Exp{})
	mass := quad.Fixed(func(y float64) float64 { return math.Exp(model.LogProb([]float64{y})) }, 0, 50, 2000, nil, 0)
	fmt.Printf("%.4f below 50, density at −1: %v\n", mass, model.LogProb([]float64{-1}))
	// Output: 1.0000 below 50, density at −1: -Inf
}

func Example_composition() {
	model := flow.New(dist.NewStdNormal(2),
		bijector.NewScale(autodiff.Fixed(3, 0.5)), // first
		bijector.NewShift(autodiff.Fixed(0, 1)),   // then
	)
	x := mat.NewDense(1, 2, []float64{1, 1})
	y := model.Decode(nil, x)    // from base to data
	back := model.Encode(nil, y) // and back
	fmt.Println(y.RawRowView(0), mat.Equal(x, back))
	// log|det| of the map is log 3 + log 0.5: it lowers the density by as much as it spreads the rows
	fmt.Printf("%.4f\n", dist.LogProb(model.Base, x.RawRowView(0))-model.LogProb(y.RawRowView(0)))
	// Output:
	// [3 1.5] true
	// 0.4055
}
