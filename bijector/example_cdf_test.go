package bijector_test

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

func ExampleNormalCDF() {
	showAt(&bijector.NormalCDF{}, -1.96)
	// Output:
	// f(-1.96) = 0.025, log slope -2.84, back -1.96
}

func ExampleLogisticCDF() {
	showAt(&bijector.LogisticCDF{}, 1)
	// Output:
	// f(1) = 0.7311, log slope -1.627, back 1
}

func ExampleCauchyCDF() {
	showAt(&bijector.CauchyCDF{}, 1)
	// Output:
	// f(1) = 0.75, log slope -1.838, back 1
}

func ExampleLaplaceCDF() {
	showAt(&bijector.LaplaceCDF{}, 1)
	// Output:
	// f(1) = 0.8161, log slope -1.693, back 1
}

func ExampleStudentTCDF() {
	showAt(bijector.NewStudentTCDF(autodiff.Learned(5), autodiff.Value{}, autodiff.Value{}), 2.015)
	// Output:
	// f(2.015) = 0.95, log slope -2.752, back 2.015
}

func ExampleBetaCDF() {
	showAt(bijector.NewBetaCDF(autodiff.Learned(2), autodiff.Learned(3)), 0.5)
	// Output:
	// f(0.5) = 0.6875, log slope 0.4055, back 0.5
}

func ExampleKumaraswamyCDF() {
	showAt(bijector.NewKumaraswamyCDF(autodiff.Learned(2), autodiff.Learned(3)), 0.5)
	// Output:
	// f(0.5) = 0.5781, log slope 0.5232, back 0.5
}

func ExampleGumbelCDF() {
	showAt(&bijector.GumbelCDF{}, 1)
	// Output:
	// f(1) = 0.6922, log slope -1.368, back 1
}

func ExampleGeneralizedExtremeValueCDF() {
	showAt(bijector.NewGeneralizedExtremeValueCDF(autodiff.Value{}, autodiff.Value{}, autodiff.Learned(0.1)), 1)
	// Output:
	// f(1) = 0.6801, log slope -1.434, back 1
}

func ExampleGeneralizedPareto() {
	showAt(bijector.NewGeneralizedPareto(autodiff.Fixed(1), autodiff.Fixed(2), autodiff.Fixed(-0.5)), 1) // between 1 and 5
	// Output:
	// f(1) = 3.924, log slope -0.2402, back 1
}

func ExampleWeibullCDF() {
	showAt(bijector.NewWeibullCDF(autodiff.Learned(2), autodiff.Learned(1)), 1)
	// Output:
	// f(1) = 0.6321, log slope -0.3069, back 1
}

func ExampleRayleighCDF() {
	showAt(bijector.NewRayleighCDF(autodiff.Learned(2)), 2)
	// Output:
	// f(2) = 0.3935, log slope -1.193, back 2
}

func ExampleFrechetCDF() {
	showAt(bijector.NewFrechetCDF(autodiff.Value{}, autodiff.Learned(1), autodiff.Learned(2)), 2)
	// Output:
	// f(2) = 0.7788, log slope -1.636, back 2
}

func ExampleGompertzCDF() {
	showAt(bijector.NewGompertzCDF(autodiff.Learned(1), autodiff.Learned(0.5)), 1)
	// Output:
	// f(1) = 0.4773, log slope -0.8419, back 1
}

func ExampleShiftedGompertzCDF() {
	showAt(bijector.NewShiftedGompertzCDF(autodiff.Learned(1), autodiff.Learned(0.5)), 1)
	// Output:
	// f(1) = 0.2145, log slope -1.468, back 1
}

func ExampleMoyalCDF() {
	showAt(&bijector.MoyalCDF{}, 1)
	// Output:
	// f(1) = 0.5442, log slope -1.603, back 1
}

// The quantile function of a distribution, after the normal distribution
// function, maps normal numbers to that distribution.
func ExampleCDF() {
	exponential := bijector.Chain{&bijector.NormalCDF{}, bijector.NewInvert(bijector.NewCDF(distuv.Exponential{Rate: 2}))}
	t := autodiff.NewTape()
	y := exponential.Forward(t.Matrix(mat.NewDense(1, 3, []float64{-1, 0, 1})))
	fmt.Printf("%.4f\n", y.Data())
	// Output:
	// [0.0864 0.3466 0.9205]
}
