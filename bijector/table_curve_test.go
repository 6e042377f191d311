package bijector_test

import (
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/bijector/bijectortest"
)

// curveCases are the univariates whose inverse is searched for.
func curveCases() []bijectortest.Case {
	normal := bijectortest.Normal
	mixture := bijector.MixtureCDF{Components: 4, Equal: true, Scale: bijector.Exponential}
	logistic := bijector.MixtureCDF{Components: 3, Logistic: true, Scale: bijector.SoftplusScale}
	shrunk := mixture
	shrunk.Shrink = 1e-6
	return []bijectortest.Case{
		{Name: "Elementwise/mixturecdf", B: elementwiseMap(bijector.MixtureCDF{Components: 3}), X: normal(6, 3)},
		{Name: "Elementwise/mixturecdf-logistic", B: elementwiseMap(logistic), X: normal(6, 3)},
		{Name: "Coupling/mixturecdf", B: someCoupling(4, []int{0}, mixture, 0), X: normal(5, 4)},
		{Name: "Coupling/mixturecdf-shrink", B: someCoupling(4, []int{0}, shrunk, 0), X: normal(5, 4), NoExtremes: true},
		{Name: "Elementwise/sospolynomial", B: elementwiseMap(bijector.SOSPolynomial{}), X: normal(6, 3)},
		{Name: "Coupling/sospolynomial-straight", B: someCoupling(4, []int{0}, bijector.SOSPolynomial{Degree: 2, Bound: 1.2, Straight: true}, 0), X: normal(5, 4)},
		{Name: "Elementwise/bernstein", B: elementwiseMap(bijector.Bernstein{}), X: normal(6, 3)},
		{Name: "Coupling/bernstein", B: someCoupling(4, []int{0}, bijector.Bernstein{Degree: 3, Bound: 1.2, Gap: 1e-5}, 0), X: normal(5, 4), NoExtremes: true},
		{Name: "Elementwise/moebius", B: elementwiseMap(bijector.Moebius{}), X: normal(6, 3)},
		{Name: "Coupling/moebius", B: someCoupling(4, []int{0}, bijector.Moebius{Components: 2, Bound: 1.2}, 0), X: normal(5, 4)},
		{Name: "Coupling/monotonenet", B: someCoupling(2, []int{0}, bijector.NewNumeric(bijector.NewMonotoneNet(layersOf(nn.Linear, 3, 6, 4, 1)...)), 0), X: normal(5, 2)},
		{Name: "Coupling/integralnet", B: someCoupling(2, []int{0}, bijector.NewNumeric(bijector.NewIntegralNet(layersOf(nn.Tanh, 3, 6, 1)...)), 0), X: normal(5, 2)},
	}
}
