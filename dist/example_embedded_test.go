package dist_test

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/nn/masked"
	"github.com/normflow/normflow/dist"
)

// A context that is looked at by its logarithm.
func ExampleEmbedded() {
	src := rand.NewPCG(1, 2)
	made := dist.NewMADE(masked.Spec{Dim: 2, Cond: 1, Hidden: []int{8}, Act: nn.ReLU}, dist.MixtureHead{Components: 1}, src)
	logs := nn.NewFeatures(1, nil, []int{0}, []float64{1e-9}, []float64{0}, []float64{1}, 8)
	d := dist.NewEmbedded(logs, made)
	tape := autodiff.NewTape()
	x := tape.Zeros(1, 2)
	a := d.LogDensityGiven(x, tape.Scalar(100)).Value()
	b := made.LogDensityGiven(x, tape.Scalar(100).Log()).Value()
	fmt.Printf("%d %.6f\n", d.CondDim(), math.Abs(a-b))
	// Output: 1 0.000000
}
