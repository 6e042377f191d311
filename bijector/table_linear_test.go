package bijector_test

import (
	"math"
	"slices"

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
	return slices.Concat(affineCases(), constraintCases(), structureCases())
}

func affineCases() []bijectortest.Case {
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

// triangle returns the places of the lower triangle of n×n matrices, without
// the diagonal if strict.
func triangle(n int, strict bool) (places []int) {
	for i := range n {
		for j := range i + 1 {
			if j < i || !strict {
				places = append(places, i*n+j)
			}
		}
	}
	return places
}

// factors returns rows of lower triangular n×n matrices with a positive
// diagonal, whose upper triangle holds zeros.
func factors(rows, n int) *mat.Dense {
	x, m := bijectortest.Normal(rows, n*n), mat.NewDense(rows, n*n, nil)
	for i := range rows {
		for _, at := range triangle(n, false) {
			m.Set(i, at, x.At(i, at))
			if at%(n+1) == 0 {
				m.Set(i, at, 0.5+math.Abs(x.At(i, at)))
			}
		}
	}
	return m
}

func constraintCases() []bijectortest.Case {
	normal := bijectortest.Normal
	low3, strict4 := triangle(3, false), triangle(4, true)
	upper3 := []int{0, 1, 2, 4, 5, 8}
	exp, softplus := bijector.Exp{}, &bijector.Softplus{}
	coupling := bijector.NewCoupling(3, []int{1}, bijector.Affine{}, 2, mlp(3))
	ctx := normal(5, 2)
	blocks := bijector.NewBlockwise(bijector.Block{B: exp, In: 1}, bijector.Block{B: bijector.SoftmaxCentered{}, In: 2, Out: 3},
		bijector.Block{B: bijector.NewTriL(autodiff.LearnedMatrix(near(2)), none), In: 2})
	conditional := bijector.NewBlockwise(bijector.Block{B: coupling, In: 3}, bijector.Block{B: exp, In: 2})
	diagonal := bijector.NewTransformDiagonal(3, coupling)
	return []bijectortest.Case{
		{Name: "Ascending", B: bijector.Ascending{}, X: normal(5, 4)},
		{Name: "Ascending/one", B: bijector.Ascending{}, X: normal(5, 1)},
		{Name: "SoftmaxCentered", B: bijector.SoftmaxCentered{}, X: normal(5, 3), Embedded: true},
		{Name: "StickBreaking", B: bijector.StickBreaking{}, X: normal(5, 3), Out: []int{0, 1, 2}},
		{Name: "StickBreaking/one", B: bijector.StickBreaking{}, X: normal(5, 1), Out: []int{0}},
		{Name: "UnitVector", B: bijector.UnitVector{}, X: normal(5, 3), Embedded: true},
		{Name: "Cylindrical", B: bijector.Cylindrical{}, X: bijectortest.Uniform(6, 4, -0.95, 0.95), Embedded: true, Lo: -1, Hi: 1},
		{Name: "Cylindrical/sphere", B: bijector.Cylindrical{}, X: bijectortest.Uniform(5, 2, -0.95, 0.95), Embedded: true, Lo: -1, Hi: 1},
		{Name: "Cylindrical/circle", B: bijector.Cylindrical{}, X: bijectortest.Uniform(6, 1, -3, 3), Embedded: true, Lo: -3.14, Hi: 3.14},
		{Name: "Cumsum", B: &bijector.Cumsum{}, X: normal(5, 4)},
		{Name: "Cumsum/rows", B: bijector.NewCumsumRows(3, 2), X: normal(5, 6)},
		{Name: "Cumsum/columns", B: &bijector.Cumsum{Len: 3}, X: normal(5, 6)},
		{Name: "CholeskyOuterProduct", B: bijector.CholeskyOuterProduct{}, X: factors(5, 3), In: low3, Out: low3, NoExtremes: true},
		{Name: "CholeskyToInvCholesky", B: bijector.CholeskyToInvCholesky{}, X: factors(5, 3), In: low3, Out: low3, NoExtremes: true},
		{Name: "MatrixInverseTriL", B: bijector.MatrixInverseTriL{}, X: factors(5, 3), In: low3, Out: low3, NoExtremes: true},
		{Name: "FillTriangular", B: bijector.NewFillTriangular(3), X: normal(5, 6), Out: low3},
		{Name: "FillTriangular/upper", B: bijector.NewFillUpperTriangular(3), X: normal(5, 6), Out: upper3},
		{Name: "FillTriangular/one", B: bijector.NewFillTriangular(1), X: normal(5, 1)},
		{Name: "FillScaleTriL", B: bijector.NewFillScaleTriL(3, nil, 1e-5), X: normal(5, 6), Out: low3},
		{Name: "FillScaleTriL/exp", B: bijector.NewFillScaleTriL(3, exp, 0), X: normal(5, 6), Out: low3},
		{Name: "CorrelationCholesky", B: bijector.NewCorrelationCholesky(4), X: normal(5, 6), Out: strict4},
		{Name: "CorrelationCholesky/two", B: bijector.NewCorrelationCholesky(2), X: normal(5, 1), Out: []int{2}},
		{Name: "TransformDiagonal", B: bijector.NewTransformDiagonal(3, softplus), X: normal(5, 9)},
		{Name: "TransformDiagonal/conditional", B: diagonal, X: normal(5, 9), Context: ctx},
		{Name: "Pad", B: bijector.NewPad(1, 2, 0.5), X: normal(5, 3), Out: []int{1, 2, 3}},
		{Name: "Insert", B: bijector.NewInsert(5, []int{1, 3, 4}, []float64{7, 0, -2, 0, 0}), X: normal(5, 3), Out: []int{1, 3, 4}},
		{Name: "Pad/before", B: bijector.NewPad(2, 0, -1), X: normal(5, 2), Out: []int{2, 3}},
		{Name: "Reshape", B: bijector.NewReshape([]int{6}, []int{2, 3}), X: normal(5, 6)},
		{Name: "Split", B: bijector.NewSplit(1, 2), X: normal(5, 3)},
		{Name: "Subset", B: bijector.NewSubset(bijector.NewTriL(autodiff.LearnedMatrix(near(2)), none), 3, 1), X: normal(5, 4)},
		{Name: "Subset/conditional", B: bijector.NewSubset(coupling, 3, 1, 0), X: normal(5, 4), Context: ctx},
		{Name: "Blockwise", B: blocks, X: normal(5, 5), Embedded: true},
		{Name: "Blockwise/conditional", B: conditional, X: normal(5, 5), Context: ctx},
	}
}

// cubic is y = x + x³ + slope·x, which its author did not invert; slope is learned.
type cubic struct{ Slope autodiff.Value }

func (c cubic) Params() int { return 1 }

func (c cubic) Forward(x, raw autodiff.Var) (y, logSlope autodiff.Var) {
	a := c.Slope.On(x.Tape()).AddConst(1)
	size := raw.Softplus()
	y = x.Mul(x.Square().Mul(size).Add(a))
	return y, x.Square().Mul(size).MulConst(3).Add(a).Log()
}

func structureCases() []bijectortest.Case {
	normal := bijectortest.Normal
	numeric := bijector.NewElementwise(3, bijector.NewNumeric(cubic{autodiff.Learned(0.5).Positive("slope")}))
	numeric.Raw.Set([]float64{0.3, -1, 2})
	log := bijector.IncreasingFunc(func(x autodiff.Var) (y, logSlope autodiff.Var) { return x.Log(), x.Log().Neg() })
	norm := bijector.NewBatchNorm(3)
	norm.Initialize(autodiff.NewTape().Matrix(bijectortest.Uniform(50, 3, 2, 9)))
	inline := bijector.NewInline(autodiff.Var.Sinh, autodiff.Var.Asinh,
		func(y autodiff.Var) autodiff.Var { return y.Asinh().Cosh().Log().RowSum().Neg() })
	return []bijectortest.Case{
		{Name: "Numeric", B: numeric, X: normal(5, 3)},
		{Name: "Numeric/half-line", B: bijector.NewElementwise(0, bijector.NewNumericOn(log, 0, math.Inf(1))),
			X: bijectortest.Uniform(5, 3, 0.1, 4), Lo: 0, Hi: 1e300},
		{Name: "Numeric/coupling", B: bijector.NewCoupling(3, []int{1}, bijector.NewNumeric(cubic{autodiff.Fixed(0)}), 2, mlp(3)),
			X: normal(5, 3), Context: normal(5, 2)},
		{Name: "FixedSpline", B: bijector.NewFixedSpline([]float64{-1.9, 0, 0.5, 2}, []float64{-3, 0.3, 0.4, 1}, []float64{0.5, 2, 0.1, 3}), X: normal(8, 3)},
		{Name: "FixedSpline/identity", B: bijector.NewFixedSpline([]float64{-1, 0, 1}, []float64{-1, 0.5, 1}, []float64{1, 2, 1}), X: normal(6, 3)},
		{Name: "Gaussianization", B: bijector.NewGaussianization(
			bijector.Marginal{DF: 2.5, Weights: []float64{0.3, 0.5, 0.2}, Locs: []float64{0, -1, 1.5}, Scales: []float64{1, 0.3, 0.5}},
			bijector.Marginal{Weights: []float64{0.6, 0.4}, Locs: []float64{-0.5, 1}, Scales: []float64{0.5, 2}},
			bijector.Marginal{DF: 30, Weights: []float64{1}, Locs: []float64{0.2}, Scales: []float64{1.1}}), X: normal(8, 3)},
		{Name: "Gaussianization/bounds", B: bijector.NewGaussianization(
			bijector.Marginal{DF: 2.5, Weights: []float64{0.3, 0.7}, Locs: []float64{0, -1}, Scales: []float64{1, 0.3}, Lower: bijector.Bound{At: -1, Margin: 0.25}},
			bijector.Marginal{Weights: []float64{1}, Locs: []float64{-0.5}, Scales: []float64{0.5}, Upper: bijector.Bound{At: 3, Margin: 1.5}},
			bijector.Marginal{Weights: []float64{0.6, 0.4}, Locs: []float64{-0.5, 1}, Scales: []float64{0.5, 2}, Lower: bijector.Bound{At: -2, Margin: 0.5}, Upper: bijector.Bound{At: 2, Margin: 0.75}}), X: normal(8, 3)},
		{Name: "BatchNorm", B: norm, X: normal(5, 3)},
		{Name: "Inline", B: inline, X: normal(5, 3), NoExtremes: true},
	}
}
