package bijector_test

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
)

// show prints f(x), f⁻¹(f(x)) and the log-determinant at one row x.
func show(b bijector.Bijector, x ...float64) {
	v := autodiff.NewTape().Matrix(mat.NewDense(1, len(x), x))
	y, fldj := bijector.ForwardFLDJ(b, v)
	fmt.Printf("%.4g → %.4g → %.4g, log|det| %.4f\n", x, y.Data(), b.Inverse(y).Data(), fldj.Value())
}

func ExampleShift() {
	show(bijector.NewShift(autodiff.Fixed(1, -1)), 2, 3)
	// Output: [2 3] → [3 2] → [2 3], log|det| 0.0000
}

func ExampleScale() {
	show(bijector.NewScale(autodiff.Fixed(2)), 1, 3) // one factor for all columns
	// Output: [1 3] → [2 6] → [1 3], log|det| 1.3863
}

func ExampleDiagonal() {
	show(bijector.NewDiagonal(autodiff.Fixed(2, -1), autodiff.Fixed(10)), 1, 3)
	// Output: [1 3] → [12 7] → [1 3], log|det| 0.6931
}

func ExampleTriL() {
	l := mat.NewDense(2, 2, []float64{2, 0, 1, 3})
	show(bijector.NewTriL(autodiff.FixedMatrix(l), autodiff.Fixed(0, 10)), 1, 1)
	show(bijector.NewTriL(autodiff.LearnedIdentity(2), autodiff.Learned(0, 0)), 1, 1) // to be trained
	// Output:
	// [1 1] → [2 14] → [1 1], log|det| 1.7918
	// [1 1] → [1 1] → [1 1], log|det| 0.0000
}

func ExampleTriLLowRank() {
	l := autodiff.FixedMatrix(mat.NewDense(2, 2, []float64{2, 0, 1, 3}))
	v := autodiff.FixedMatrix(mat.NewDense(2, 1, []float64{1, 1})) // adds 1 to all four entries
	show(bijector.NewTriLLowRank(l, v, autodiff.Value{}, autodiff.Value{}), 1, 1)
	// Output: [1 1] → [4 6] → [1 1], log|det| 2.3026
}

func ExampleLU() {
	// L below the diagonal, U on and above it; then the rows change places.
	factors := autodiff.FixedMatrix(mat.NewDense(2, 2, []float64{2, 1, 0.5, 4}))
	show(bijector.NewLU(factors, []int{1, 0}, autodiff.Value{}), 1, 1)
	// Output: [1 1] → [5.5 3] → [1 1], log|det| 2.0794
}

func ExamplePermute() {
	show(bijector.NewPermute(2, 0, 1), 10, 20, 30)
	show(bijector.NewReverse(3), 10, 20, 30)
	show(bijector.NewTranspose(2, 3), 11, 12, 13, 21, 22, 23)
	// Output:
	// [10 20 30] → [30 10 20] → [10 20 30], log|det| 0.0000
	// [10 20 30] → [30 20 10] → [10 20 30], log|det| 0.0000
	// [11 12 13 21 22 23] → [11 21 12 22 13 23] → [11 12 13 21 22 23], log|det| 0.0000
}

func ExampleLinear() {
	w := mat.NewDense(2, 2, []float64{0, 1, 2, 3})
	show(bijector.NewLinear(autodiff.FixedMatrix(w), autodiff.Value{}), 1, 1)
	// Output: [1 1] → [1 5] → [1 1], log|det| 0.6931
}

func ExampleHouseholder() {
	axis := mat.NewDense(1, 2, []float64{1, -1}) // the mirror swaps the columns
	show(bijector.NewHouseholder(autodiff.FixedMatrix(axis)), 1, 3)
	// Output: [1 3] → [3 1] → [1 3], log|det| 0.0000
}

func ExampleQR() {
	r := mat.NewDense(2, 2, []float64{2, 1, 0, 3})
	axis := mat.NewDense(1, 2, []float64{1, -1})
	show(bijector.NewQR(autodiff.FixedMatrix(axis), autodiff.FixedMatrix(r), autodiff.Value{}), 1, 1)
	// Output: [1 1] → [3 3] → [1 1], log|det| 1.7918
}

func ExampleSVD() {
	axis := autodiff.FixedMatrix(mat.NewDense(1, 2, []float64{1, -1}))
	show(bijector.NewSVD(axis, axis, autodiff.Fixed(2, 3), autodiff.Value{}), 1, 1)
	// Output: [1 1] → [3 2] → [1 1], log|det| 1.7918
}

func ExampleMatrixExp() {
	m := mat.NewDense(2, 2, []float64{0, 5, 0, 0}) // exp of it is 1 5; 0 1
	show(bijector.NewMatrixExp(autodiff.FixedMatrix(m), autodiff.Value{}), 1, 1)
	// Output: [1 1] → [6 1] → [1 1], log|det| 0.0000
}

func ExampleRotation() {
	quarter := mat.NewDense(2, 2, []float64{0, 0, math.Pi / 2, 0})
	show(bijector.NewRotation(autodiff.FixedMatrix(quarter)), 3, 1)
	one := mat.NewDense(2, 2, []float64{0, 0, 1, 0})
	show(bijector.NewCayley(autodiff.FixedMatrix(one)), 3, 1)
	// Output:
	// [3 1] → [-1 3] → [3 1], log|det| 0.0000
	// [3 1] → [-1 3] → [3 1], log|det| 0.0000
}

func ExampleLowRank() {
	u := autodiff.FixedMatrix(mat.NewDense(2, 1, []float64{1, 1})) // adds 1 to all four entries
	show(bijector.NewLowRank(autodiff.Fixed(1, 2), u, nil, autodiff.Value{}), 1, 1)
	// Output: [1 1] → [3 4] → [1 1], log|det| 1.6094
}

func ExampleDCT() {
	show(bijector.NewDCT(3, 2), 1, 2, 4)
	// Output: [1 2 4] → [4.041 -2.121 0.4082] → [1 2 4], log|det| 0.0000
}

func ExampleHaar() {
	show(bijector.Haar{}, 1, 1, 3, 3)
	// Output: [1 1 3 3] → [4 -2 0 0] → [1 1 3 3], log|det| 0.0000
}
