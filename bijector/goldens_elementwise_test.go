package bijector_test

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
)

func init() {
	for kind, f := range map[string]func(p goldenParams, shape []int) bijector.Bijector{
		"Exp":      func(goldenParams, []int) bijector.Bijector { return bijector.Exp{} },
		"Log":      func(goldenParams, []int) bijector.Bijector { return bijector.Log{} },
		"Expm1":    func(goldenParams, []int) bijector.Bijector { return bijector.Expm1{} },
		"Log1p":    func(goldenParams, []int) bijector.Bijector { return bijector.Log1p{} },
		"Identity": func(goldenParams, []int) bijector.Bijector { return bijector.Identity{} },
		"Tanh":     func(goldenParams, []int) bijector.Bijector { return bijector.Tanh{} },
		"Softplus": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewSoftplus(p.value("hinge_softness"), p.value("low"))
		},
		"Sigmoid": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewSigmoid(p.value("low"), p.value("high"))
		},
		"Reciprocal": func(goldenParams, []int) bijector.Bijector { return bijector.Reciprocal{} },
		"Square":     func(goldenParams, []int) bijector.Bijector { return bijector.Square{} },
		"Softsign":   func(goldenParams, []int) bijector.Bijector { return bijector.Softsign{} },
		"Sinh":       func(goldenParams, []int) bijector.Bijector { return bijector.Sinh{} },
		"SinhArcsinh": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewSinhArcsinh(p.value("skewness"), p.value("tailweight"))
		},
		"Power": func(p goldenParams, _ []int) bijector.Bijector { return bijector.NewPower(p.number("power", 1)) },
		"PowerTransform": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewPowerTransform(autodiff.Fixed(p.number("power", 0)))
		},
		"SoftClip": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewSoftClip(p.value("low"), p.value("high"), p.value("hinge_softness"))
		},
		"Softfloor": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewSoftfloor(autodiff.Fixed(p.number("temperature", 1)))
		},
		"LambertWTail": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewLambertWTail(p.value("shift"), p.value("scale"), autodiff.Fixed(p.number("tailweight", 0)))
		},
		"NormalCDF": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewNormalCDF(p.value("loc"), p.value("scale"))
		},
		"GumbelCDF": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewGumbelCDF(p.value("loc"), p.value("scale"))
		},
		"MoyalCDF": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewMoyalCDF(p.value("loc"), p.value("scale"))
		},
		"FrechetCDF": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewFrechetCDF(p.value("loc"), p.value("scale"), p.value("concentration"))
		},
		"GeneralizedExtremeValueCDF": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewGeneralizedExtremeValueCDF(p.value("loc"), p.value("scale"), autodiff.Fixed(p.number("concentration", 0)))
		},
		"GeneralizedPareto": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewGeneralizedPareto(p.value("loc"), p.value("scale"), autodiff.Fixed(p.number("concentration", 0)))
		},
		"GompertzCDF": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewGompertzCDF(p.value("concentration"), p.value("rate"))
		},
		"ShiftedGompertzCDF": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewShiftedGompertzCDF(p.value("concentration"), p.value("rate"))
		},
		"KumaraswamyCDF": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewKumaraswamyCDF(p.value("concentration1"), p.value("concentration0"))
		},
		"WeibullCDF": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewWeibullCDF(p.value("concentration"), p.value("scale"))
		},
		"RayleighCDF": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewRayleighCDF(p.value("scale"))
		},
		"ELU": func(goldenParams, []int) bijector.Bijector { return bijector.ELU{} },
		"YeoJohnson": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewYeoJohnson(p.value("lambda"))
		},
		"SignedPower": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewSignedPower(p.value("exponent"))
		},
		"LeakyReLU": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewLeakyReLU(p.value("slope"))
		},
		"LeakyTanh": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewLeakyTanh(p.value("cut"))
		},
		"JohnsonSU": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewJohnsonSU(p.value("skewness"), p.value("tailweight"), p.value("loc"), p.value("scale"))
		},
		"TukeyGH": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewTukeyGH(p.value("g"), p.value("h"))
		},
		"LogisticCDF": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewLogisticCDF(p.value("loc"), p.value("scale"))
		},
		"LaplaceCDF": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewLaplaceCDF(p.value("loc"), p.value("scale"))
		},
		"CauchyCDF": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewCauchyCDF(p.value("loc"), p.value("scale"))
		},
		"StudentTCDF": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewStudentTCDF(p.value("df"), p.value("loc"), p.value("scale"))
		},
		"BetaCDF": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewBetaCDF(p.value("a"), p.value("b"))
		},
		"Invert": func(p goldenParams, shape []int) bijector.Bijector {
			return bijector.NewInvert(p.nested("bijector", shape))
		},
		"Chain": func(p goldenParams, shape []int) bijector.Bijector { // the last applied first
			list := p.list("bijectors", func(int) []int { return shape })
			var c bijector.Chain
			for i := len(list) - 1; i >= 0; i-- {
				c = append(c, list[i])
			}
			return c
		},
	} {
		goldenKinds[kind] = f
	}
}
