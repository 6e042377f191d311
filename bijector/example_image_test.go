package bijector_test

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
)

// Four pixels become the four channels of one.
func ExampleSqueeze() {
	squeeze := bijector.NewSqueeze(1, 2, 4)
	x := mat.NewDense(1, 8, []float64{
		1, 2, 3, 4,
		5, 6, 7, 8,
	})
	y := squeeze.Forward(autodiff.NewTape().Matrix(x))
	fmt.Println(mat.Formatted(y.Reshape(4, 2).Dense()))
	// Output:
	// ⎡1  3⎤
	// ⎢2  4⎥
	// ⎢5  7⎥
	// ⎣6  8⎦
}

// Two channels of three pixels; each channel has a scale of its own.
func ExamplePerPixel() {
	b := bijector.NewPerPixel(bijector.NewScale(autodiff.Fixed(2, 10)), 3)
	y := autodiff.NewTape().Matrix(mat.NewDense(1, 6, []float64{1, 2, 3, 4, 5, 6}))
	out, fldj := b.ForwardFLDJ(y)
	fmt.Println(out.Data())
	fmt.Printf("%.4f\n", fldj.Value()) // 3·log 2 + 3·log 10
	// Output:
	// [2 4 6 40 50 60]
	// 8.9872
}

func ExampleNewConv1x1() {
	conv := bijector.NewConv1x1(3, 64, rand.NewPCG(1, 2)) // three channels of 64 pixels
	x := autodiff.NewTape().Zeros(5, 192)
	fmt.Println(conv.Inverse(x).Dims())
	fmt.Println(math.Abs(conv.ILDJ(x).Value()) < 1e-12) // a rotation to start with
	// Output:
	// 5 192
	// true
}

// From data to base: half of the numbers leave after the first map, and come
// last in x.
func ExampleMultiscale() {
	double, triple := bijector.NewScale(autodiff.Fixed(2)), bijector.NewScale(autodiff.Fixed(3))
	m := bijector.NewMultiscale([]int{2, 4}, triple, double)
	x := autodiff.NewTape().Matrix(mat.NewDense(1, 4, []float64{1, 2, 3, 4}))
	fmt.Println(m.Forward(x).Data())
	// Output: [6 12 6 8]
}

// A coupling that maps the black fields of a board given the white ones.
func ExampleCheckerboard() {
	const h, w = 4, 4
	white, black := bijector.Checkerboard(1, h, w, 0), bijector.Checkerboard(1, h, w, 1)
	var take []int // shift and scale of each black pixel
	for _, j := range black {
		take = append(take, 2*j, 2*j+1)
	}
	c := bijector.NewCoupling(h*w, white, bijector.Affine{}, 0, func(in, out int) nn.Network {
		return nn.NewRewired(nn.NewResConv(1, 16, 2, 2, h, w, 0, 2, rand.NewPCG(1, 2)).ZeroLast(), white, take)
	})
	fmt.Println(white)
	fmt.Println(c.Forward(autodiff.NewTape().Zeros(5, h*w)).Dims())
	// Output:
	// [0 2 5 7 8 10 13 15]
	// 5 16
}

// Intensities 0, 1 … 255, with noise added, on the whole line.
func ExampleNewPixelRange() {
	b := bijector.NewPixelRange(256, 0.05)
	y := autodiff.NewTape().Matrix(mat.NewDense(1, 3, []float64{0.3, 128, 255.9}))
	fmt.Printf("%.3f\n", b.Inverse(y).Data())
	// Output: [-2.922 0.000 2.937]
}
