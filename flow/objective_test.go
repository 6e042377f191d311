package flow_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
)

func TestObjective(t *testing.T) {
	m := flow.RealNVP(flow.Arch{Dim: 2, Layers: 2, Hidden: []int{6}, Activation: "tanh"}, rng.New(1))
	o, err := flow.NewObjective(m, flow.Rows(bananas(500, 1)))
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	x := o.X()
	for i := range x {
		x[i] += 0.1 * math.Sin(float64(i))
	}
	grad := make([]float64, len(x))
	o.Grad(grad, x)
	want := fd.Gradient(nil, o.Func, x, &fd.Settings{Formula: fd.Central})
	if d := floats.Distance(grad, want, math.Inf(1)); d > 1e-6 {
		t.Errorf("gradient differs from differences by %v", d)
	}
	first := o.Func(x)
	for _, method := range []optimize.Method{&optimize.LBFGS{}, &optimize.CG{}} {
		r, err := optimize.Minimize(optimize.Problem{Func: o.Func, Grad: o.Grad}, x, &optimize.Settings{MajorIterations: 40}, method)
		if r == nil || r.F >= first-0.1 {
			t.Fatalf("%T: got %+v (%v), want less than %v", method, r, err, first)
		}
		o.Set(r.X)
		var nll float64
		for _, lp := range m.LogProbs(nil, bananas(500, 1)) {
			nll -= lp / 500
		}
		if math.Abs(nll-r.F) > 1e-12 {
			t.Errorf("%T: got minimum %v, want the model's NLL %v", method, r.F, nll)
		}
	}
	_, err = flow.NewObjective(m, flow.Fresh(2, banana))
	wantError(t, err, "want fixed rows")
}

// Few parameters and all rows at once: a quasi-Newton method is at the maximum
// of the likelihood in a few steps.
func ExampleObjective() {
	x := mat.NewDense(4, 1, []float64{1, 2, 3, 6})
	m := flow.New(dist.NewStdNormal(1), bijector.NewScale(autodiff.Learned(1)), bijector.NewShift(autodiff.Learned(0)))
	o, err := flow.NewObjective(m, flow.Rows(x))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer o.Close()
	r, err := optimize.Minimize(optimize.Problem{Func: o.Func, Grad: o.Grad}, o.X(), nil, &optimize.LBFGS{})
	if err != nil {
		fmt.Println(err)
		return
	}
	o.Set(r.X)
	mean := m.Decode(nil, mat.NewDense(1, 1, []float64{0})).At(0, 0)
	sd := m.Decode(nil, mat.NewDense(1, 1, []float64{1})).At(0, 0) - mean
	fmt.Printf("mean %.3f, deviation %.3f\n", mean, sd)
	// Output: mean 3.000, deviation 1.871
}
