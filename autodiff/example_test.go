package autodiff_test

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"gonum.org/v1/gonum/mat"
)

// The gradient of a sum of squares of two samples.
func Example() {
	tape := autodiff.NewTape()
	w := autodiff.NewParam(2, 1, []float64{1, -1})
	x := tape.Matrix(mat.NewDense(2, 2, []float64{1, 2, 3, 5}))
	loss := x.MatMul(tape.Use(w)).Square().Sum() // (1−2)² + (3−5)²
	tape.Backward(loss)
	fmt.Println(loss.Value(), tape.Grad(w))
	// Output: 5 [-14 -24]
}

// An expression that is computed again is the same node.
func ExampleTape() {
	tape := autodiff.NewTape()
	x := tape.Scalar(2)
	y := x.Exp()
	nodes := tape.Len()
	fmt.Println(x.Exp() == y, tape.Len() == nodes)
	tape.Reset() // keeps the memory for the next batch
	fmt.Println(tape.Len())
	// Output:
	// true true
	// 0
}

func ExampleVar() {
	tape := autodiff.NewTape()
	x := tape.Variable(mat.NewDense(1, 3, []float64{1, 2, 3}))
	y := x.Mul(x).Sub(tape.Scalar(1)).RowSum()
	tape.Backward(y)
	fmt.Println(y.Value(), x.Grad())
	// Output: 11 [2 4 6]
}

func ExampleParam() {
	p := autodiff.NewParam(1, 2, []float64{3, 4})
	tape := autodiff.NewTape()
	loss := func() autodiff.Var { tape.Reset(); return tape.Use(p).Square().Sum() }
	tape.Backward(loss())
	for i, g := range tape.Grad(p) { // a step of gradient descent
		p.Data()[i] -= 0.25 * g
	}
	fmt.Println(loss().Value(), p.Data())
	// Output: 6.25 [1.5 2]
}

// Optimizers see the elements of all parameters as one vector.
func ExampleVector() {
	a, b := autodiff.NewParam(1, 2, []float64{1, 2}), autodiff.NewParam(1, 1, []float64{3})
	v := autodiff.NewVector([]*autodiff.Param{a, b})
	v.Data[2] = 30
	fmt.Println(v.Data, b.Data())
	// Output: [1 2 30] [30]
}

func ExampleValue() {
	scale := autodiff.Learned(2, 0.5).Positive("example: scale")
	shift := autodiff.Fixed(1) // the same for all columns, and never learned
	tape := autodiff.NewTape()
	y := tape.Matrix(mat.NewDense(1, 2, []float64{10, 10})).Mul(scale.On(tape)).Add(shift.On(tape))
	fmt.Printf("%.3f %.3f\n", scale.Numbers(), y.Data())
	// Output: [2.000 0.500] [21.000 6.000]
}

func ExampleDense() {
	tape := autodiff.NewTape()
	x := tape.Matrix(mat.NewDense(1, 2, []float64{1, -3}))
	w := tape.Matrix(mat.NewDense(2, 2, []float64{1, 0, 0, 1}))
	var act autodiff.Activation = autodiff.ReLU
	fmt.Println(autodiff.Dense(x, w, tape.Zeros(1, 2), act).Data())
	// Output: [1 0]
}

func ExampleTri() {
	tape := autodiff.NewTape()
	l := tape.Matrix(mat.NewDense(2, 2, []float64{2, 99, 1, 4})) // what stands above the diagonal is not read
	x := tape.Matrix(mat.NewDense(1, 2, []float64{1, 1}))
	y := x.TriMul(l, autodiff.Tri{})
	fmt.Println(y.Data(), y.TriSolve(l, autodiff.Tri{}).Data())
	// Output: [2 5] [1 1]
}

// An operation of one's own: y = a·x³, with its derivative.
var cube = &autodiff.Op{
	Name: "example.Cube",
	Forward: func(c *autodiff.Call) {
		for i, v := range c.In(0) {
			c.Out(0)[i] = c.Args().A * v * v * v
		}
	},
	Backward: func(c *autodiff.Call) {
		for i, v := range c.In(0) {
			c.InGrad(0)[i] += c.OutGrad(0)[i] * 3 * c.Args().A * v * v
		}
	},
}

func ExampleOp() {
	tape := autodiff.NewTape()
	x := tape.Variable(mat.NewDense(1, 2, []float64{1, 2}))
	y := cube.Apply(nil, autodiff.Args{A: 10}, autodiff.Shape{Rows: 1, Cols: 2}, x)
	tape.Backward(y.Sum())
	fmt.Println(y.Data(), x.Grad())
	// Output: [10 80] [30 120]
}

// A Call is what the functions of an Op see: here for two outputs.
func ExampleCall() {
	halves := &autodiff.Op{
		Name: "example.Half",
		Forward: func(c *autodiff.Call) {
			for i, v := range c.In(0) {
				c.Out(0)[i], c.Out(1)[i] = v/2, -v/2
			}
		},
		Backward: func(c *autodiff.Call) {
			for i := range c.InGrad(0) {
				for k, sign := range []float64{0.5, -0.5} {
					if g := c.OutGrad(k); g != nil { // nil if nothing depends on it
						c.InGrad(0)[i] += sign * g[i]
					}
				}
			}
		},
	}
	tape := autodiff.NewTape()
	x := tape.Variable(mat.NewDense(1, 1, []float64{3}))
	up, down := halves.Apply2(nil, autodiff.Args{}, x.Shape(), x.Shape(), x)
	tape.Backward(up.Add(down.MulConst(2)))
	fmt.Println(up.Value(), down.Value(), x.Grad())
	// Output: 1.5 -1.5 [-0.5]
}

// Two tapes that share constants round the parameter once.
func ExampleShared() {
	rounded := 0
	round := &autodiff.Op{
		Name: "example.Round",
		Forward: func(c *autodiff.Call) {
			rounded++
			for i, v := range c.In(0) {
				c.Out(0)[i] = math.Round(v)
			}
		},
	}
	w := autodiff.NewParam(1, 2, []float64{0.4, 1.6})
	shared := new(autodiff.Shared)
	for range 2 {
		tape := autodiff.NewTape()
		tape.Share(shared)
		fmt.Println(round.Apply(nil, autodiff.Args{}, autodiff.Shape{Rows: 1, Cols: 2}, tape.Use(w)).Data())
	}
	fmt.Println("rounded", rounded, "time")
	// Output:
	// [0 2]
	// [0 2]
	// rounded 1 time
}
