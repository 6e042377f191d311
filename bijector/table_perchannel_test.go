package bijector_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/bijector/bijectortest"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

func perChannelCases() []bijectortest.Case {
	normal := bijectortest.Normal
	woodbury := bijector.NewWoodbury(3, 4, 2, rng.New(1))
	for _, b := range woodbury {
		b.(bijector.Composite).Walk(bijector.Arrival{}, func(part bijector.Bijector, _ bijector.Arrival) {
			for i := range part.(*bijector.LowRank).U.Data() {
				part.(*bijector.LowRank).U.Data()[i] *= 50
				part.(*bijector.LowRank).V.Data()[i] *= 50
			}
		})
	}
	return []bijectortest.Case{
		{Name: "PerChannel", B: bijector.NewPerChannel(bijector.NewCoupling(3, []int{1}, bijector.Spline{Bins: 3}, 0, mlp(4)), 2), X: normal(4, 6)},
		{Name: "PerChannel/constant", B: bijector.NewPerChannel(bijector.NewScale(autodiff.Learned(2, 3)), 3), X: normal(4, 6)},
		{Name: "PerChannel/one", B: bijector.NewPerChannel(bijector.NewCoupling(2, []int{1}, bijector.Affine{}, 0, mlp(4)), 1), X: normal(4, 2)},
		{Name: "PerChannel/conditional", B: bijector.NewPerChannel(bijector.NewCoupling(2, []int{1}, bijector.Affine{}, 1, mlp(4)), 3), X: normal(4, 6), Context: normal(4, 1)},
		{Name: "Woodbury", B: woodbury, X: normal(4, 12)},
	}
}

// A new mixing is close to the identity, and no more than that.
func TestWoodburyStarts(t *testing.T) {
	b := bijector.NewWoodbury(3, 4, 2, rng.New(1))
	x := bijectortest.Normal(4, 12)
	y, l := b.ForwardFLDJ(autodiff.NewTape().Matrix(x))
	if d := mat.Norm(func() *mat.Dense { var d mat.Dense; d.Sub(y.Dense(), x); return &d }(), math.Inf(1)); !(d > 0 && d < 0.1) || math.Abs(l.Value()) > 0.01 {
		t.Errorf("got a distance of %v and a log-determinant of %v, want small ones", d, l.Value())
	}
}

// Three channels of two pixels, whose pixels are swapped in every channel.
func ExamplePerChannel() {
	b := bijector.NewPerChannel(bijector.NewPermute(1, 0), 3)
	fmt.Println(b.Forward(autodiff.NewTape().Matrix(mat.NewDense(1, 6, []float64{1, 2, 3, 4, 5, 6}))).Data())
	// Output: [2 1 4 3 6 5]
}

func ExampleNewWoodbury() {
	mixing := bijector.NewWoodbury(3, 64, 4, rand.NewPCG(1, 2)) // three channels of 64 pixels
	fmt.Println(mixing.Inverse(autodiff.NewTape().Zeros(5, 192)).Dims())
	// Output: 5 192
}
