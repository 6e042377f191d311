package dist_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/nn/masked"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

// A mixture of a distribution given a context and one without.
func ExampleConditional() {
	made := dist.NewMADE(masked.Spec{Dim: 2, Hidden: []int{16}, Cond: 3, Act: nn.Tanh}, dist.MixtureHead{Components: 4}, rand.NewPCG(1, 2))
	var m dist.Conditional = dist.NewMixture(dist.FixedWeights(9, 1), made, dist.NewStdNormal(2))
	x, c := mat.NewDense(5, 2, nil), mat.NewDense(5, 3, nil)
	m.DrawGiven(x, c, rand.NewPCG(3, 4))
	tape := autodiff.NewTape()
	rows, cols := m.LogDensityGiven(tape.Matrix(x), tape.Matrix(c)).Dims()
	fmt.Println(m.CondDim(), rows, cols)
	// Output: 3 5 1
}

// The parts of a product and their widths.
func ExampleComposite() {
	var j dist.Composite = dist.NewJoint(dist.NewStdNormal(2), dist.NewExponential(1, autodiff.Fixed(1)))
	j.Walk(autodiff.NewTape().Zeros(4, 3), autodiff.Var{}, func(part dist.Distribution, x, _ autodiff.Var) {
		fmt.Printf("%T: %d columns\n", part, x.Cols())
	})
	// Output:
	// *dist.StdNormal: 2 columns
	// *dist.Columns: 1 columns
}
