package bijector_test

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
)

// doubled is twice another bijector: a bijector of one's own that holds one.
type doubled struct{ B bijector.Bijector }

func (d doubled) Forward(x autodiff.Var) autodiff.Var { return d.B.Forward(x).MulConst(2) }

func (d doubled) Inverse(y autodiff.Var) autodiff.Var { return d.B.Inverse(y.MulConst(0.5)) }

func (d doubled) ILDJ(y autodiff.Var) autodiff.Var {
	return d.B.ILDJ(y.MulConst(0.5)).AddConst(-float64(y.Cols()) * 0.6931471805599453)
}

// Walk makes B start from the data that arrive there.
func (d doubled) Walk(a bijector.Arrival, visit func(part bijector.Bijector, a bijector.Arrival)) {
	if a.AtInput {
		visit(d.B, a)
		return
	}
	visit(d.B, a.Mapped(func(y autodiff.Var) autodiff.Var { return y.MulConst(0.5) }))
}

func ExampleComposite() {
	inner := bijector.NewStandardizer(1)
	f := bijector.Chain{doubled{inner}, bijector.NewShift(autodiff.Fixed(100))}
	y := autodiff.NewTape().Matrix(mat.NewDense(2, 1, []float64{104, 112}))
	bijector.Initialize(f, y)
	fmt.Println(inner.Shift.Data(), inner.Scale.Data(), f.Inverse(y).Data())
	// Output: [4] [2] [-1 1]
}

// first prints the rows that it is initialised from.
type first struct{ bijector.Identity }

func (first) Initialize(y autodiff.Var) { fmt.Println("at an output:", y.Data()) }

func (first) InitializeInput(x autodiff.Var) { fmt.Println("at an input:", x.Data()) }

// A walk from the data meets what is turned around at its input.
func ExampleArrival() {
	f := bijector.Chain{first{}, bijector.NewInvert(bijector.Chain{first{}, bijector.Exp{}}), bijector.NewShift(autodiff.Fixed(5))}
	bijector.Initialize(f, autodiff.NewTape().Matrix(mat.NewDense(1, 1, []float64{5})))
	// Output:
	// at an input: [0]
	// at an output: [1]
}

// An ActNorm that is turned around starts from the data at its input.
func ExampleInputInitializer() {
	var norm bijector.InputInitializer = bijector.NewActNorm(1)
	x := autodiff.NewTape().Matrix(mat.NewDense(2, 1, []float64{4, 8}))
	norm.InitializeInput(x)
	fmt.Println(norm.(bijector.Bijector).Forward(x).Data())
	// Output: [-1 1]
}
