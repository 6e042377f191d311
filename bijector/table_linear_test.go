package bijector_test

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/bijector/bijectortest"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// near returns a d×d matrix near the identity.
func near(d int) *mat.Dense {
	m := bijectortest.Normal(d, d)
	m.Scale(0.3, m)
	for i := range d {
		m.Set(i, i, 1+0.1*float64(i))
	}
	return m
}

func linearCases() []bijectortest.Case {
	normal, fixed, learned := bijectortest.Normal, autodiff.Fixed, autodiff.Learned
	var none autodiff.Value
	fixedM, learnedM := autodiff.FixedMatrix, autodiff.LearnedMatrix
	axes := func(k, d int) *autodiff.Param { return learnedM(bijectortest.Normal(k, d)) }
	thin := autodiff.LearnedNormal(4, 2, 0.5, rng.New(1))
	signs := fixedM(mat.NewDense(3, 3, []float64{-0.7, 9, 9, 0.383, 1.546, 9, 0.892, -0.555, -1.945}))
	return []bijectortest.Case{
		{Name: "Shift/scalar", B: bijector.NewShift(fixed(2)), X: normal(5, 3)},
		{Name: "Shift", B: bijector.NewShift(learned(1, -2, 3)), X: normal(5, 3)},
		{Name: "Scale/scalar", B: bijector.NewScale(learned(-2)), X: normal(5, 3)},
		{Name: "Scale", B: bijector.NewScale(fixed(1, -2, 3)), X: normal(5, 3)},
		{Name: "Diagonal", B: bijector.NewDiagonal(learned(1, 2, 0.3), learned(1, -2, 3)), X: normal(5, 3)},
		{Name: "Diagonal/scalar", B: bijector.NewDiagonal(learned(0.5), none), X: normal(5, 3)},
		{Name: "Standardize", B: bijector.Standardize(bijectortest.Uniform(50, 3, 2, 9)), X: normal(5, 3)},
		{Name: "TriL", B: bijector.NewTriL(learnedM(near(4)), learned(1, 2, 3, 4)), X: normal(5, 4)},
		{Name: "TriL/fixed", B: bijector.NewTriL(signs, none), X: normal(5, 3)},
		{Name: "TriL/one", B: bijector.NewTriL(autodiff.LearnedIdentity(1), learned(1)), X: normal(5, 1)},
		{Name: "TriLLowRank", B: bijector.NewTriLLowRank(learnedM(near(4)), thin, none, learned(1, 2, 3, 4)), X: normal(5, 4)},
		{Name: "TriLLowRank/diagonal", B: bijector.NewTriLLowRank(fixedM(near(4)), thin, learned(0.5, -0.3), none), X: normal(5, 4)},
		{Name: "LU", B: bijector.NewLU(learnedM(near(4)), []int{2, 0, 3, 1}, learned(1, 2, 3, 4)), X: normal(5, 4)},
		{Name: "LU/fixed", B: bijector.NewLU(signs, nil, none), X: normal(5, 3)},
		{Name: "Permute", B: bijector.NewPermute(2, 0, 1), X: normal(5, 3)},
		{Name: "Permute/random", B: bijector.NewRandomPermute(6, rng.New(3)), X: normal(5, 6)},
		{Name: "Permute/rows", B: bijector.NewPermuteRows(2, 2, 0, 1), X: normal(5, 6)},
		{Name: "Permute/reverse", B: bijector.NewReverse(4), X: normal(5, 4)},
		{Name: "Permute/transpose", B: bijector.NewTranspose(2, 3), X: normal(5, 6)},
		{Name: "Linear", B: bijector.NewLinear(learnedM(near(4)), learned(1, 2, 3, 4)), X: normal(5, 4)},
		{Name: "Householder", B: bijector.NewHouseholder(axes(3, 4)), X: normal(5, 4)},
		{Name: "Householder/one", B: bijector.NewHouseholder(fixedM(normal(1, 3))), X: normal(5, 3)},
		{Name: "QR", B: bijector.NewQR(axes(3, 4), learnedM(near(4)), learned(1, 2, 3, 4)), X: normal(5, 4)},
		{Name: "SVD", B: bijector.NewSVD(axes(3, 4), axes(2, 4), learned(1, 2, 0.3, 4), learned(1, 2, 3, 4)), X: normal(5, 4)},
		{Name: "SVD/scalar", B: bijector.NewSVD(axes(1, 3), axes(1, 3), fixed(-2), none), X: normal(5, 3)},
		{Name: "MatrixExp", B: bijector.NewMatrixExp(learnedM(normal(4, 4)), learned(1, 2, 3, 4)), X: normal(5, 4)},
		{Name: "Rotation", B: bijector.NewRotation(learnedM(normal(4, 4))), X: normal(5, 4)},
		{Name: "Rotation/Cayley", B: bijector.NewCayley(learnedM(normal(4, 4))), X: normal(5, 4)},
		{Name: "LowRank", B: bijector.NewLowRank(learned(1, 2, 0.5, 1), thin, nil, learned(1, 2, 3, 4)), X: normal(5, 4)},
		{Name: "LowRank/UV", B: bijector.NewLowRank(fixed(-2), thin, learnedM(bijectortest.Uniform(4, 2, -0.5, 0.5)), none), X: normal(5, 4)},
		{Name: "DCT/2", B: bijector.NewDCT(5, 2), X: normal(5, 5)},
		{Name: "DCT/3", B: bijector.NewDCT(4, 3), X: normal(5, 4)},
		{Name: "Haar", B: bijector.Haar{}, X: normal(5, 8)},
		{Name: "Haar/odd", B: bijector.Haar{}, X: normal(5, 7)},
	}
}
