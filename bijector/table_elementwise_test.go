package bijector_test

import (
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/bijector/bijectortest"
	"gonum.org/v1/gonum/stat/distuv"
)

func elementwiseCases() []bijectortest.Case { return slices.Concat(numberCases(), cdfCases()) }

func numberCases() []bijectortest.Case {
	normal, uniform, learned := bijectortest.Normal(6, 3), bijectortest.Uniform, autodiff.Learned
	none := autodiff.Value{}
	positive := uniform(6, 3, 0.1, 3)
	return []bijectortest.Case{
		{Name: "Exp", B: bijector.Exp{}, X: normal},
		{Name: "Log", B: bijector.Log{}, X: positive, Lo: 0, Hi: 1e300},
		{Name: "Expm1", B: bijector.Expm1{}, X: normal},
		{Name: "Log1p", B: bijector.Log1p{}, X: uniform(6, 3, -0.9, 3), Lo: -1, Hi: 1e300},
		{Name: "Softplus", B: &bijector.Softplus{}, X: normal},
		{Name: "Softplus/learned", B: bijector.NewSoftplus(learned(0.5, 1, 2), learned(0.25)), X: normal},
		{Name: "Sigmoid", B: &bijector.Sigmoid{}, X: normal},
		{Name: "Sigmoid/learned", B: bijector.NewSigmoid(learned(-1), learned(1, 2, 3)), X: normal},
		{Name: "Sigmoid/high", B: bijector.NewSigmoid(none, learned(5)), X: normal},
		{Name: "Tanh", B: bijector.Tanh{}, X: normal},
		{Name: "LeakyReLU", B: bijector.NewLeakyReLU(autodiff.Fixed(0.2)), X: normal},
		{Name: "LeakyReLU/learned", B: bijector.NewLeakyReLU(learned(0.2, 0.5, 2)), X: normal},
		{Name: "Reciprocal", B: bijector.Reciprocal{}, X: normal},
		{Name: "Square", B: bijector.Square{}, X: positive},
		{Name: "Arctan", B: bijector.Arctan{}, X: normal},
		{Name: "Softsign", B: bijector.Softsign{}, X: normal},
		{Name: "Sinh", B: bijector.Sinh{}, X: normal},
		{Name: "SinhArcsinh", B: &bijector.SinhArcsinh{}, X: normal},
		{Name: "SinhArcsinh/learned", B: bijector.NewSinhArcsinh(learned(0.5, -1, 0), learned(1.5)), X: normal},
		{Name: "JohnsonSU", B: &bijector.JohnsonSU{}, X: normal},
		{Name: "JohnsonSU/learned", B: bijector.NewJohnsonSU(learned(-1), learned(0.8, 1, 2), learned(1, 2, 3), learned(2)), X: normal},
		{Name: "Power", B: bijector.NewPower(2.5), X: positive},
		{Name: "Power/odd", B: bijector.NewPower(3), X: uniform(6, 3, 0.3, 2)},
		{Name: "Power/odd decreasing", B: bijector.NewPower(-3), X: uniform(6, 3, -2, -0.3)},
		{Name: "Power/decreasing", B: bijector.NewPower(-0.5), X: positive},
		{Name: "SignedPower", B: bijector.NewSignedPower(learned(0.5, 1.5, 2)), X: uniform(6, 3, 0.2, 2)},
		{Name: "SignedPower/negative", B: bijector.NewSignedPower(learned(1.5)), X: uniform(6, 3, -2, -0.2)},
		{Name: "PowerTransform", B: bijector.NewPowerTransform(learned(0.5, 0, -0.5)), X: uniform(6, 3, -1, 1)},
		{Name: "PowerTransform/series", B: bijector.NewPowerTransform(learned(0.02, 1e-6, -0.01)), X: normal},
		{Name: "YeoJohnson", B: bijector.NewYeoJohnson(learned(0.5, 0, 2)), X: normal},
		{Name: "YeoJohnson/outside", B: bijector.NewYeoJohnson(learned(-0.5, 2.5, 1.9)), X: normal},
		{Name: "ELU", B: bijector.ELU{}, X: normal},
		{Name: "LogTanh", B: bijector.NewLogTanh(learned(0.5, 1, 2), autodiff.Value{}), X: normal},
		{Name: "LogTanh/alpha", B: bijector.NewLogTanh(learned(0.5), learned(0.5, 1, 2)), X: normal},
		{Name: "LeakyTanh", B: bijector.NewLeakyTanh(learned(0.5, 1, 2)), X: normal},
		{Name: "SoftClip", B: bijector.NewSoftClip(learned(-1), learned(1, 2, 3), learned(0.5)), X: normal},
		{Name: "SoftClip/wide", B: bijector.NewSoftClip(learned(0), learned(2000), none), X: uniform(6, 3, -5, 15)},
		{Name: "SoftClip/low", B: bijector.NewSoftClip(learned(-1), none, none), X: normal},
		{Name: "SoftClip/high", B: bijector.NewSoftClip(none, learned(1, 2, 3), learned(2)), X: normal},
		{Name: "SoftClip/none", B: &bijector.SoftClip{}, X: normal},
		{Name: "Softfloor", B: bijector.NewSoftfloor(learned(0.3, 1, 5)), X: uniform(6, 3, 0.6, 1.4)},
		{Name: "LambertWTail", B: bijector.NewLambertWTail(learned(1), learned(2, 1, 0.5), learned(0.1, 0.5, 1)), X: normal},
		{Name: "LambertWTail/0", B: bijector.NewLambertWTail(none, none, autodiff.Fixed(0)), X: normal},
	}
}

// cdfCases are distribution functions and what is made of them.
func cdfCases() []bijectortest.Case {
	normal, uniform, learned := bijectortest.Normal(6, 3), bijectortest.Uniform, autodiff.Learned
	none := autodiff.Value{}
	positive := uniform(6, 3, 0.1, 3)
	return []bijectortest.Case{
		{Name: "NormalCDF", B: &bijector.NormalCDF{}, X: normal},
		{Name: "NormalCDF/learned", B: bijector.NewNormalCDF(learned(0.5), learned(0.5, 1, 2)), X: normal},
		{Name: "LogisticCDF", B: bijector.NewLogisticCDF(learned(0.5), learned(0.5, 1, 2)), X: normal},
		{Name: "LaplaceCDF", B: bijector.NewLaplaceCDF(learned(-0.125), learned(0.5, 1, 2)), X: normal},
		{Name: "CauchyCDF", B: bijector.NewCauchyCDF(learned(0.5), learned(0.1, 0.5, 2)), X: normal},
		{Name: "GumbelCDF", B: bijector.NewGumbelCDF(learned(0.5), learned(1, 1.5, 2)), X: normal},
		{Name: "MoyalCDF", B: bijector.NewMoyalCDF(learned(0.5), learned(1, 1.5, 2)), X: normal},
		{Name: "GeneralizedExtremeValueCDF", B: bijector.NewGeneralizedExtremeValueCDF(learned(0.5), learned(3), learned(0.3, 0, -0.3)), X: normal},
		{Name: "GeneralizedExtremeValueCDF/series", B: bijector.NewGeneralizedExtremeValueCDF(none, none, learned(0.01, 1e-9, -0.01)), X: normal},
		{Name: "FrechetCDF", B: bijector.NewFrechetCDF(learned(-0.5), learned(0.5, 1, 2), learned(1.5)), X: positive},
		{Name: "WeibullCDF", B: bijector.NewWeibullCDF(learned(0.7, 1, 2), learned(1.5)), X: positive},
		{Name: "RayleighCDF", B: bijector.NewRayleighCDF(learned(1.5, 2, 3)), X: positive},
		{Name: "GompertzCDF", B: bijector.NewGompertzCDF(learned(0.3, 1, 2), learned(0.5)), X: positive},
		{Name: "ShiftedGompertzCDF", B: bijector.NewShiftedGompertzCDF(learned(0.3, 1, 2), learned(0.5)), X: positive},
		{Name: "ShiftedGompertzCDF/small", B: bijector.NewShiftedGompertzCDF(learned(0.0015), learned(2)), X: uniform(6, 3, 2.8, 3.8)},
		{Name: "KumaraswamyCDF", B: bijector.NewKumaraswamyCDF(learned(0.5, 1, 2), learned(1.5)), X: uniform(6, 3, 0.1, 0.9)},
		{Name: "GeneralizedPareto", B: bijector.NewGeneralizedPareto(learned(0.5), learned(2), learned(0.5, 1, 2)), X: normal},
		{Name: "GeneralizedPareto/bounded", B: bijector.NewGeneralizedPareto(learned(0.5), learned(2), learned(-0.5, -1, 2)), X: normal},
		{Name: "StudentTCDF", B: bijector.NewStudentTCDF(learned(0.7, 3, 20), learned(0.5), learned(1.5)), X: normal},
		{Name: "StudentTCDF/fixed", B: bijector.NewStudentTCDF(autodiff.Fixed(5), none, none), X: normal},
		{Name: "BetaCDF", B: bijector.NewBetaCDF(learned(0.7, 1, 2), learned(1.5, 3, 1)), X: uniform(6, 3, 0.2, 0.8)},
		{Name: "CDF/gumbel", B: bijector.NewCDF(distuv.GumbelRight{Mu: 0.5, Beta: 2}), X: normal},
		{Name: "CDF/normal", B: bijector.NewCDF(distuv.Normal{Mu: 1, Sigma: 2}), X: normal},
		{Name: "Quantile", B: bijector.NewInvert(bijector.NewCDF(distuv.Exponential{Rate: 2})), X: uniform(6, 3, 0.1, 0.9), Lo: 0, Hi: 1},
		{Name: "TukeyGH", B: bijector.NewTukeyGH(learned(0.5, -0.8, 0), learned(0.1, 0.2, 0.5)), X: normal},
		{Name: "TukeyGH/series", B: bijector.NewTukeyGH(learned(0.01, -1e-7, 1e-3), learned(0.1)), X: normal},
		{Name: "TukeyGH/h=0", B: bijector.NewTukeyGH(learned(0.5, -0.8, 0), autodiff.Fixed(0)), X: normal},
	}
}
