package flow_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/flow"
)

// A posterior in plain Go: rate λ > 0 of a Poisson distribution that gave 3, 5 and 4, under an exponential prior. It is
// Gamma(13, 4), and the evidence 12!/4¹³/(3!·5!·4!).
func ExampleDensityFunc() {
	posterior := flow.DensityFunc(func(x, grad []float64) float64 {
		if !(x[0] > 0) {
			return math.Inf(-1)
		}
		if grad != nil {
			grad[0] = 12/x[0] - 4
		}
		return 12*math.Log(x[0]) - 4*x[0] - math.Log(6*120*24)
	})
	if err := posterior.Check([]float64{4}); err != nil { // the gradient
		fmt.Println(err)
		return
	}
	positive := bijector.NewSoftplus(autodiff.Value{}, autodiff.Value{})
	model := flow.NSF(flow.Arch{Dim: 1, Layers: 2, Hidden: []int{8}}, rand.NewPCG(1, 2)).Then(positive)
	report, err := flow.FitDensity(context.Background(), model, posterior.LogDensity, &flow.Settings{Steps: 200})
	if err != nil {
		fmt.Println(err)
		return
	}
	lgamma, _ := math.Lgamma(13)
	exact := lgamma - 13*math.Log(4) - math.Log(6*120*24)
	fmt.Println("evidence right:", math.Abs(report.Importance.LogZ.Value-exact) < 4*report.Importance.LogZ.SE+0.005)
	// Output: evidence right: true
}
