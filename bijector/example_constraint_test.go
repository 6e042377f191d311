package bijector_test

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
)

func ExampleAscending() {
	show(bijector.Ascending{}, 1, 0, 0)
	// Output: [1 0 0] → [1 2 3] → [1 0 0], log|det| 0.0000
}

func ExampleSoftmaxCentered() {
	show(bijector.SoftmaxCentered{}, 0, 0)
	// Output: [0 0] → [0.3333 0.3333 0.3333] → [0 0], log|det| -2.7465
}

func ExampleStickBreaking() {
	show(bijector.StickBreaking{}, 1, 2)
	// Output: [1 2] → [0.5761 0.3734 0.05053] → [1 2], log|det| -4.5219
}

func ExampleUnitVector() {
	show(bijector.UnitVector{}, 2, 1)
	// Output: [2 1] → [0.6667 0.3333 0.6667] → [2 1], log|det| -2.1972
}

func ExampleCylindrical() {
	show(bijector.Cylindrical{}, 0, 0.6) // on the first meridian
	// Output: [0 0.6] → [0.8 0 0.6] → [0 0.6], log|det| 0.0000
}

func ExampleCumsum() {
	show(&bijector.Cumsum{}, 1, 2, 3, 4)
	show(bijector.NewCumsumRows(2, 2), 1, 2, 3, 4) // down the columns of 1 2; 3 4
	// Output:
	// [1 2 3 4] → [1 3 6 10] → [1 2 3 4], log|det| 0.0000
	// [1 2 3 4] → [1 2 4 6] → [1 2 3 4], log|det| 0.0000
}

func ExampleCholeskyOuterProduct() {
	show(bijector.CholeskyOuterProduct{}, 1, 0, 2, 3)
	// Output: [1 0 2 3] → [1 2 2 13] → [1 0 2 3], log|det| 2.4849
}

func ExampleCholeskyToInvCholesky() {
	show(bijector.CholeskyToInvCholesky{}, 2, 0, 0, 4)
	// Output: [2 0 0 4] → [0.5 0 0 0.25] → [2 0 0 4], log|det| -6.9315
}

func ExampleMatrixInverseTriL() {
	show(bijector.MatrixInverseTriL{}, 2, 0, 2, 4)
	// Output: [2 0 2 4] → [0.5 0 -0.25 0.25] → [2 0 2 4], log|det| -6.2383
}

func ExampleFillTriangular() {
	show(bijector.NewFillTriangular(2), 1, 2, 3)
	show(bijector.NewFillUpperTriangular(2), 1, 2, 3)
	// Output:
	// [1 2 3] → [3 0 2 1] → [1 2 3], log|det| 0.0000
	// [1 2 3] → [1 2 0 3] → [1 2 3], log|det| 0.0000
}

// The Cholesky factor of a covariance, from free numbers.
func ExampleFillScaleTriL() {
	show(bijector.NewFillScaleTriL(2, bijector.Exp{}, 0), 0, 2, 1)
	// Output: [0 2 1] → [2.718 0 2 1] → [0 2 1], log|det| 1.0000
}

func ExampleCorrelationCholesky() {
	show(bijector.NewCorrelationCholesky(2), 0.75)
	// Output: [0.75] → [1 0 0.6 0.8] → [0.75], log|det| -0.6694
}

func ExampleTransformDiagonal() {
	show(bijector.NewTransformDiagonal(2, bijector.Exp{}), 0, 5, 6, 1)
	// Output: [0 5 6 1] → [1 5 6 2.718] → [0 5 6 1], log|det| 1.0000
}

func ExampleInsert() {
	show(bijector.NewInsert(4, []int{0, 2}, []float64{0, 9, 0, 8}), 1, 2)
	// Output: [1 2] → [1 9 2 8] → [1 2], log|det| 0.0000
}

func ExamplePad() {
	show(bijector.NewPad(1, 2, 9), 1, 2)
	// Output: [1 2] → [9 1 2 9 9] → [1 2], log|det| 0.0000
}

func ExampleReshape() {
	show(bijector.NewReshape([]int{4}, []int{2, 2}), 1, 2, 3, 4)
	// Output: [1 2 3 4] → [1 2 3 4] → [1 2 3 4], log|det| 0.0000
}

func ExampleSplit() {
	y := autodiff.NewTape().Matrix(mat.NewDense(1, 3, []float64{1, 2, 3}))
	for _, part := range bijector.NewSplit(1, 2).Parts(y) {
		fmt.Println(part.Data())
	}
	// Output:
	// [1]
	// [2 3]
}

func ExampleSubset() {
	show(bijector.NewSubset(bijector.Exp{}, 2, 0), 0, 5, 1)
	// Output: [0 5 1] → [1 5 2.718] → [0 5 1], log|det| 1.0000
}

// A positive number beside a point of the simplex.
func ExampleBlockwise() {
	show(bijector.NewBlockwise(
		bijector.Block{B: bijector.Exp{}, In: 1},
		bijector.Block{B: bijector.SoftmaxCentered{}, In: 1, Out: 2},
	), 1, 0)
	// Output: [1 0] → [2.718 0.5 0.5] → [1 0], log|det| -0.0397
}

func ExampleBlock() {
	free := bijector.Block{B: bijector.Identity{}, In: 2}
	simplex := bijector.Block{B: bijector.StickBreaking{}, In: 2, Out: 3}
	show(bijector.NewBlockwise(free, simplex), 7, 8, 0, 0)
	// Output: [7 8 0 0] → [7 8 0.3333 0.3333 0.3333] → [7 8 0 0], log|det| -3.2958
}
