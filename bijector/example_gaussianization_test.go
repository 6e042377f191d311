package bijector_test

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
)

// A skewed column and one with tails become normal.
func ExampleFitGaussianization() {
	x := mat.NewDense(200, 2, nil)
	for i := range 200 {
		p := autodiff.NewTape().Scalar((float64(i) + 0.5) / 200)
		x.Set(i, 0, new(bijector.NormalCDF).Inverse(p).Exp().Value())
		x.Set(i, 1, new(bijector.CauchyCDF).Inverse(p).Value())
	}
	g, err := bijector.FitGaussianization(x, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	z := g.Inverse(autodiff.NewTape().Matrix(x))
	for _, i := range []int{4, 31, 99, 168} { // the 2, 16, 50 and 84 % quantiles, −2, −1, 0 and 1
		fmt.Printf("%.1f\n", z.Data()[2*i:2*i+2])
	}
	// Output:
	// [-2.0 -2.0]
	// [-1.0 -1.0]
	// [0.0 -0.0]
	// [1.0 1.0]
}

// Two equal bumps.
func ExampleGaussianization() {
	g := bijector.NewGaussianization(bijector.Marginal{Weights: []float64{0.5, 0.5}, Locs: []float64{-2, 2}, Scales: []float64{1, 1}})
	x := autodiff.NewTape().Matrix(mat.NewDense(3, 1, []float64{-1, 0, 1}))
	fmt.Printf("%.3f\n", g.Forward(x).Data())
	// Output:
	// [-2.475 0.000 2.475]
}

// A t distribution with 3 degrees of freedom and a normal one.
func ExampleMarginal() {
	m := bijector.Marginal{DF: 3, Weights: []float64{0.5, 0.5}, Locs: []float64{0, 1}, Scales: []float64{1, 0.5}}
	y := autodiff.NewTape().Scalar(40)
	fmt.Printf("%.3f\n", bijector.NewGaussianization(m).Inverse(y).Value())
	// Output:
	// 4.299
}

// Values between 0 and 1 come near to both bounds, which are spread out.
func ExampleBound() {
	x := mat.NewDense(400, 1, nil)
	for i := range 400 {
		x.Set(i, 0, (float64(i)+0.5)/400)
	}
	g, err := bijector.FitGaussianization(x, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f %.2f\n", g.Columns[0].Lower.At, g.Columns[0].Upper.At)
	// Output:
	// -0.01 1.01
}
