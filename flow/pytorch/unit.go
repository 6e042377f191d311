package pytorch

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
)

// unit returns a transform of [0, 1] by splines without tails, of nflows: b, which is one of [−½, ½], between shifts. The
// network whose first layer is given sees columns in their place again. Outside of [0, 1], where nflows fails, b
// goes on in straight lines.
func unit(b bijector.Bijector, first nn.Layer, columns int) bijector.Bijector {
	out := first.Out()
	for i := range columns {
		for j := range out {
			first.B.Data()[j] += float64(0.5 * first.W.Data()[i*out+j])
		}
	}
	return bijector.Chain{bijector.NewShift(autodiff.Fixed(-0.5)), b, bijector.NewShift(autodiff.Fixed(0.5))}
}

// unitCoupling is unit for a coupling.
func unitCoupling(c *bijector.Coupling) bijector.Bijector {
	switch net := c.Net.(type) {
	case *nn.MLP:
		return unit(c, net.Layers[0], len(c.Keep))
	case *nn.ResMLP:
		return unit(c, net.First, len(c.Keep))
	case *nn.GatedResMLP:
		return unit(c, net.First, len(c.Keep))
	}
	fail("splines without tails with a network of type %T are not supported", c.Net)
	return nil
}
