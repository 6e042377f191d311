package bijector_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/bijector/bijectortest"
)

// The estimates of maps with layers at their bounds: small Jacobians of deep networks, and a linear map, whose terms of all orders count.
func TestResidualEstimates(t *testing.T) {
	linear := &bijector.Residual{W: []*autodiff.Param{autodiff.NewParam(12, 12, nil)}, B: []*autodiff.Param{autodiff.NewParam(1, 12, nil)}, Bound: 0.8}
	for i := range 12 {
		linear.W[0].Data()[i*12+i], linear.W[0].Data()[i*12+(i+1)%12] = -1, 0.3
	}
	bijectortest.RunEstimator(t, linear, bijectortest.Normal(1, 12), 1200)
	for _, hidden := range [][]int{{8}, {14, 13}} {
		b := residual(12, hidden, 0)
		for i := range b.W[0].Data() {
			b.W[0].Data()[i] *= 3
		}
		bijectortest.RunEstimator(t, b, bijectortest.Normal(1, 12), 1200)
	}
}

// A map of few columns is exact in training too; what has no estimate stays as it is; contexts are kept.
func TestEstimatedParts(t *testing.T) {
	small, large := residual(3, []int{4}, 0), residual(12, []int{4}, 2)
	if bijector.Estimated(small) != bijector.Bijector(small) {
		t.Error("got an estimate for 3 columns, want none")
	}
	b := bijector.Estimated(bijector.Chain{bijector.NewSubset(small, 0, 1, 2), bijector.NewInvert(large)})
	tape := autodiff.NewTape()
	x, c := tape.Matrix(bijectortest.Normal(5, 12)), tape.Matrix(bijectortest.Normal(5, 2))
	if got := bijector.CondDim(b); got != 2 {
		t.Fatalf("got a context of %d columns, want 2", got)
	}
	bound := bijector.Given(b, c)
	y, l := bijector.ForwardFLDJ(bound, x)
	back, m := bijector.InverseILDJ(bound, y)
	for i, v := range back.Data() {
		if !(math.Abs(v-x.Data()[i]) < 1e-10) {
			t.Errorf("got x = %v back, want %v", v, x.Data()[i])
		}
	}
	if math.IsNaN(l.Sum().Value()) || math.IsNaN(m.Sum().Value()) {
		t.Errorf("got log-determinants %v and %v", l.Data(), m.Data())
	}
}

// The log-determinant of a map of many columns is cheap to estimate, as a training does.
func ExampleEstimated() {
	b := bijector.NewResidual(20, []int{8}, nil, rand.NewPCG(1, 2)) // the identity
	tape := autodiff.NewTape()
	_, l := bijector.ForwardFLDJ(bijector.Estimated(bijector.Chain{b}), tape.Matrix(bijectortest.Normal(1, 20)))
	fmt.Println(l.Value())
	// Output: 0
}

func ExampleEstimator() {
	var b bijector.Estimator = bijector.NewResidual(20, []int{8}, nil, rand.NewPCG(1, 2))
	fmt.Printf("%T\n", b.Estimated())
	// Output: bijector.estimatedResidual
}
