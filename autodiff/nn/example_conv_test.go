package nn_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"gonum.org/v1/gonum/mat"
)

// A filter of ones adds up the 3×3 pixels around each; what is beyond the edge
// counts as 0.
func ExampleConv2D() {
	c := nn.NewConv2D(1, 1, 3, 3, 3, nn.Linear, rand.NewPCG(1, 2))
	c.W.Set([]float64{1, 1, 1, 1, 1, 1, 1, 1, 1})
	c.B.Set([]float64{0})
	x := mat.NewDense(1, 9, []float64{
		1, 0, 0,
		0, 10, 0,
		0, 0, 100,
	})
	y := c.Apply(autodiff.NewTape().Matrix(x)).Reshape(3, 3).Dense()
	fmt.Println(mat.Formatted(y))
	// Output:
	// ⎡ 11   11   10⎤
	// ⎢ 11  111  110⎥
	// ⎣ 10  110  110⎦
}

// The conditioner of one of Glow's couplings: from two channels it computes
// shift and scale, two values side by side, for each element of two others.
func ExampleConvNet() {
	net := nn.NewConvNet(2, 32, 4, 8, 8, 0, 2, rand.NewPCG(1, 2)).ZeroLast()
	y := net.Apply(autodiff.NewTape().Zeros(5, 2*8*8))
	fmt.Println(y.Dims())
	// Output: 5 256
}

// A residual network that sees a context of 10 columns, say a class, beside the image.
func ExampleResConv() {
	net := nn.NewResConv(1, 16, 2, 2, 8, 8, 10, 2, rand.NewPCG(1, 2))
	fmt.Println(net.In(), net.Out(), len(net.Blocks))
	// Output: 74 128 2
}

// A block that starts as the identity, since its second convolution is zero.
func ExampleConvBlock() {
	net := nn.NewResConv(1, 16, 1, 1, 8, 8, 0, 1, rand.NewPCG(1, 2))
	net.Blocks[0] = nn.ConvBlock{A: net.Blocks[0].A, B: net.Blocks[0].B}
	net.Blocks[0].B.Zero()
	fmt.Println(net.Restore())
	// Output: <nil>
}

// A convolution that is given two of four pixels, and asked about the others.
func ExampleRewired() {
	c := nn.NewConv2D(1, 1, 2, 2, 3, nn.Linear, rand.NewPCG(1, 2))
	c.W.Set([]float64{0, 0, 0, 0, 1, 1, 0, 0, 0}) // the pixel and its right neighbour
	c.B.Set([]float64{0})
	net := nn.NewRewired(c, []int{1, 2}, []int{0, 3})
	x := mat.NewDense(1, 2, []float64{3, 5})
	fmt.Println(net.Apply(autodiff.NewTape().Matrix(x)).Data())
	// Output: [3 0]
}

// Two channels of three pixels as rows of pixels, and back.
func ExamplePixels() {
	x := autodiff.NewTape().Matrix(mat.NewDense(1, 6, []float64{1, 2, 3, 10, 20, 30}))
	p := nn.Pixels(x, 2, 1)
	fmt.Println(mat.Formatted(p.Dense()))
	fmt.Println(nn.Channels(p, 3, 1).Data())
	// Output:
	// ⎡ 1  10⎤
	// ⎢ 2  20⎥
	// ⎣ 3  30⎦
	// [1 2 3 10 20 30]
}

// Who trains shows the network the data around its steps.
func ExampleBatchNorm() {
	c := nn.NewConv2D(1, 1, 1, 1, 1, nn.Linear, rand.NewPCG(1, 2)).NormaliseBatch(0.9)
	c.W.Set([]float64{1})
	rows := func(x ...float64) autodiff.Var { return autodiff.NewTape().Matrix(mat.NewDense(len(x), 1, x)) }
	c.Initialize(rows(10, 14)) // before the first step
	fmt.Printf("%.3f\n", c.Apply(rows(10, 14)).Data())
	c.Observe(rows(20, 24)) // after every step
	fmt.Println(c.Norm.Mean.Data(), c.Norm.Var.Data())
	// Output:
	// [-1.000 1.000]
	// [13] [4]
}
