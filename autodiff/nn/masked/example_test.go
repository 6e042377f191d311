package masked_test

import (
	"fmt"

	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/nn/masked"
	"gonum.org/v1/gonum/mat"
)

// The outputs of a column depend on the columns before it only.
func ExampleMADE() {
	net := masked.NewMADE(masked.Spec{Dim: 3, Hidden: []int{32, 32}, Outputs: 1, Act: nn.ReLU}, rand.NewPCG(1, 2))
	tape := autodiff.NewTape()
	for j := range 3 {
		x := tape.Variable(mat.NewDense(1, 3, []float64{1, 2, 3}))
		tape.Backward(net.Apply(x).Slice(j, j+1).Sum())
		g := x.Grad()
		fmt.Println(j, g[0] != 0, g[1] != 0, g[2] != 0)
		tape.Reset()
	}
	// Output:
	// 0 false false false
	// 1 true false false
	// 2 true true false
}

func ExampleSpec() {
	net := masked.NewMADE(masked.Spec{
		Dim: 4, Hidden: []int{64, 64}, Outputs: 2, Cond: 3, Act: nn.ELU,
		Residual: true, Order: []int{3, 2, 1, 0},
	}, rand.NewPCG(1, 2))
	tape := autodiff.NewTape()
	fmt.Println(net.ApplyGiven(tape.Zeros(10, 4), tape.Zeros(1, 3)).Dims())
	// Output: 10 8
}

// Four columns in two groups: the last two see the first two, as in a coupling.
func ExampleGroupedDegrees() {
	hidden := []int{6}
	fmt.Println(masked.GroupedDegrees(4, 2, hidden, false), masked.SequentialDegrees(4, hidden, false))
	// Output: [[2 2 2 2 2 2]] [[1 1 2 2 3 3]]
}

// A random walk whose steps depend on where it is.
func ExampleMADE_Fill() {
	net := masked.NewMADE(masked.Spec{Dim: 3, Hidden: []int{16}, Outputs: 1, Act: nn.Tanh}, rand.NewPCG(1, 2))
	y := mat.NewDense(2, 3, nil)
	net.Fill(y, nil, func(row, col int, raw, dst []float64) {
		for i := range dst {
			dst[i] = raw[i] + float64(row+i)
		}
	})
	tape := autodiff.NewTape()
	fmt.Println(y.At(1, 2) == net.Apply(tape.Matrix(y)).At(1, 2)+1)
	// Output: true
}

// move is y = x + raw.
type move struct{}

func (move) Forward(x, raw autodiff.Var) (y, logSlope autodiff.Var) {
	return x.Add(raw), x.Tape().Zeros(x.Dims())
}

// The solution of y = x + net(y).
func ExampleSolver() {
	net := masked.NewMADE(masked.Spec{Dim: 3, Hidden: []int{16}, Outputs: 1, Act: nn.Tanh}, rand.NewPCG(1, 2))
	tape := autodiff.NewTape()
	x := tape.Matrix(mat.NewDense(1, 3, []float64{1, 2, 3}))
	y, _ := masked.NewSolver(net, move{}).Solve(x, autodiff.Var{})
	fmt.Printf("%.12f\n", y.Sub(net.Apply(y)).Data())
	// Output: [1.000000000000 2.000000000000 3.000000000000]
}

func ExampleMap() {
	var _ masked.Map = move{}
	// Output:
}
