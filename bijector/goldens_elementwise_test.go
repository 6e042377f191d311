package bijector_test

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
)

func init() {
	for kind, f := range map[string]func(p goldenParams, shape []int) bijector.Bijector{
		"Identity": func(goldenParams, []int) bijector.Bijector { return bijector.Identity{} },
		"Softplus": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewSoftplus(p.value("hinge_softness"), p.value("low"))
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
		"GeneralizedExtremeValueCDF": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewGeneralizedExtremeValueCDF(p.value("loc"), p.value("scale"), autodiff.Fixed(p.number("concentration", 0)))
		},
		"GeneralizedPareto": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewGeneralizedPareto(p.value("loc"), p.value("scale"), autodiff.Fixed(p.number("concentration", 0)))
		},
		"KumaraswamyCDF": func(p goldenParams, _ []int) bijector.Bijector {
			return bijector.NewKumaraswamyCDF(p.value("concentration1"), p.value("concentration0"))
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
