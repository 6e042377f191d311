package bijector_test

import (
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/nn/masked"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/internal/niltest"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

func TestNil(t *testing.T) {
	src, shift, tape := rng.New(1), autodiff.Learned(0, 0), autodiff.NewTape()
	y, none := tape.View(2, 2, []float64{1, 2, 3, 5}), autodiff.Var{}
	b, m, net := bijector.NewStandardizer(2), &bijector.Affine{}, nn.NewConstant(1)
	square, column := autodiff.LearnedIdentity(2), autodiff.LearnedMatrix(mat.NewDense(2, 1, []float64{1, 2}))
	triangle := autodiff.NewParam(1, 3, []float64{1, 0, 1})
	same := func(x autodiff.Var) autodiff.Var { return x }
	niltest.Run(t, "bijector", map[string]niltest.Call{
		"CondDim":                niltest.Of(bijector.CondDim, b),
		"Estimated":              niltest.Of(bijector.Estimated, b),
		"FitGaussianization":     niltest.Of(bijector.FitGaussianization, mat.NewDense(3, 1, []float64{1, 2, 4}), []float64(nil)),
		"ForwardFLDJ":            niltest.Of(bijector.ForwardFLDJ, b, y),
		"Given":                  niltest.Of(bijector.Given, b, none),
		"Initialize":             niltest.Of(bijector.Initialize, bijector.NewStandardizer(2), y),
		"InverseILDJ":            niltest.Of(bijector.InverseILDJ, b, y),
		"NewAutoregressive":      niltest.Of(bijector.NewAutoregressive, masked.NewMADE(masked.Spec{Dim: 2, Outputs: 2, Act: nn.ReLU}, src), m),
		"NewBlockAutoregressive": niltest.Of(bijector.NewBlockAutoregressive, 2, []int{2}, net, src),
		"NewBlockwise":           niltest.Of(bijector.NewBlockwise, bijector.Block{}),
		"NewCDF":                 niltest.Of(bijector.NewCDF, &distuv.Normal{Mu: 0, Sigma: 1}),
		"NewCayley":              niltest.Of(bijector.NewCayley, square),
		"NewContinuous":          niltest.Of(bijector.NewContinuous, nn.NewMLP(2, []int{2}, 2, nn.Tanh, src), 0, 0),
		"NewCoupling":            niltest.Of(bijector.NewCoupling, 2, []int{0}, m, 0, func(in, out int) nn.Network { return nn.NewMLP(in, nil, out, nn.ReLU, src) }),
		"NewElementwise":         niltest.Of(bijector.NewElementwise, 2, m),
		"NewEmbedded":            niltest.Of(bijector.NewEmbedded, nn.NewConstant(1), b),
		"NewFillScaleTriL":       niltest.Of(bijector.NewFillScaleTriL, 2, &bijector.Softplus{}, 0.0),
		"NewGaussianization":     niltest.Of(bijector.NewGaussianization, bijector.Marginal{}),
		"NewGraphical":           niltest.Of(bijector.NewGraphical, [][]int{nil, {0}}, m, 0, []int{2}, nn.ReLU, src),
		"NewHouseholder":         niltest.Of(bijector.NewHouseholder, square),
		"NewInline":              niltest.Of(bijector.NewInline, same, same, same),
		"NewInvert":              niltest.Of(bijector.NewInvert, b),
		"NewLU":                  niltest.Of(bijector.NewLU, square, []int{0, 1}, shift),
		"NewLinear":              niltest.Of(bijector.NewLinear, square, shift),
		"NewLowRank":             niltest.Of(bijector.NewLowRank, autodiff.Fixed(1), column, column, shift),
		"NewMatrixExp":           niltest.Of(bijector.NewMatrixExp, square, shift),
		"NewMultiscale":          niltest.Of(bijector.NewMultiscale, []int{2}, b),
		"NewNumeric":             niltest.Of(bijector.NewNumeric, m),
		"NewNumericOn":           niltest.Of(bijector.NewNumericOn, m, -1.0, 1.0),
		"NewPerChannel":          niltest.Of(bijector.NewPerChannel, b, 2),
		"NewPerColumn":           niltest.Of(bijector.NewPerColumn, m, m),
		"NewPerPixel":            niltest.Of(bijector.NewPerPixel, b, 1),
		"NewPlanar":              niltest.Of(bijector.NewPlanar, 2, net, src),
		"NewQR":                  niltest.Of(bijector.NewQR, square, triangle, shift),
		"NewRadial":              niltest.Of(bijector.NewRadial, 2, net, src),
		"NewResidual":            niltest.Of(bijector.NewResidual, 2, []int{2}, net, src),
		"NewRotation":            niltest.Of(bijector.NewRotation, square),
		"NewSVD":                 niltest.Of(bijector.NewSVD, square, square, autodiff.Fixed(1, 1), shift),
		"NewSubset":              niltest.Of(bijector.NewSubset, b, 0, 1),
		"NewSylvester":           niltest.Of(bijector.NewSylvester, 2, 1, net, src),
		"NewTransformDiagonal":   niltest.Of(bijector.NewTransformDiagonal, 2, b),
		"NewTriL":                niltest.Of(bijector.NewTriL, square, shift),
		"NewTriLLowRank":         niltest.Of(bijector.NewTriLLowRank, square, column, autodiff.Fixed(1), shift),
		"Observe":                niltest.Of(bijector.Observe, b, y),
		"Statistics":             niltest.Of(bijector.Statistics, b),
	})
}
