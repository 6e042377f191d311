package bijector_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
)

// The statistics start from the first data, follow what Observe is shown, and stay
// put otherwise.
func TestBatchNormStatistics(t *testing.T) {
	b := bijector.NewBatchNorm(1)
	b.Decay = 0.75
	tape := autodiff.NewTape()
	first, second := tape.Matrix(mat.NewDense(2, 1, []float64{1, 3})), tape.Matrix(mat.NewDense(2, 1, []float64{10, 14}))
	check := func(what string, mean, variance float64) {
		t.Helper()
		if m, v := b.Mean.Data()[0], b.Var.Data()[0]; m != mean || v != variance {
			t.Errorf("%s: got mean %v and variance %v, want %v and %v", what, m, v, mean, variance)
		}
	}
	check("new", 0, 1)
	b.Initialize(first)
	check("initialised", 2, 1)
	b.Initialize(second)
	check("initialised again", 2, 1)
	b.Inverse(second)
	b.ILDJ(second)
	check("evaluated", 2, 1)
	b.Observe(second)
	check("observed", 0.75*2+0.25*12, 0.75*1+0.25*4)
	b.Observe(tape.Zeros(1, 1))
	check("one row", 4.5, 1.75)
}

// Carriers show their parts the data as they arrive there.
func TestObservePassesThrough(t *testing.T) {
	inner, outer := bijector.NewBatchNorm(2), bijector.NewBatchNorm(3)
	c := bijector.Chain{
		bijector.NewScale(autodiff.Fixed(5)),
		bijector.NewBlockwise(bijector.Block{B: bijector.NewSubset(inner, 1, 0), In: 2}, bijector.Block{B: bijector.Exp{}, In: 1}),
		bijector.NewShift(autodiff.Fixed(100)),
		outer,
	}
	if n := len(bijector.Statistics(c)); n != 4 {
		t.Fatalf("got %d statistics, want 4", n)
	}
	if s := bijector.Statistics(bijector.Exp{}); s != nil {
		t.Errorf("got statistics %v of a map without, want none", s)
	}
	inner.Decay, outer.Decay = 0, 0
	y := autodiff.NewTape().Matrix(mat.NewDense(2, 3, []float64{201, 302, 103, 203, 306, 105}))
	bijector.Observe(c, y)
	want := []float64{202, 304, 104}
	if !mat.Equal(mat.NewVecDense(3, outer.Mean.Data()), mat.NewVecDense(3, want)) {
		t.Errorf("got means %v, want %v", outer.Mean.Data(), want)
	}
	// outer was the identity but for ε when y passed it; inner sees columns 1 and 0.
	s := 1 / math.Sqrt(1+outer.Eps)
	for j, w := range []float64{304*s - 100, 202*s - 100} {
		if got := inner.Mean.Data()[j]; math.Abs(got-w) > 1e-12 {
			t.Errorf("column %d: got mean %v, want %v", j, got, w)
		}
	}
}

func TestBatchNormRestore(t *testing.T) {
	for _, change := range []func(b *bijector.BatchNorm){
		func(b *bijector.BatchNorm) { b.Mean = nil },
		func(b *bijector.BatchNorm) { b.Var = autodiff.NewParam(1, 3, nil) },
		func(b *bijector.BatchNorm) { b.Var.Data()[1] = -1 },
		func(b *bijector.BatchNorm) { b.Var.Data()[1] = math.NaN() },
		func(b *bijector.BatchNorm) { b.Eps = 0 },
		func(b *bijector.BatchNorm) { b.Decay = 1 },
		func(b *bijector.BatchNorm) { b.Gamma = autodiff.Fixed(0) },
		func(b *bijector.BatchNorm) { b.Gamma = autodiff.Fixed(1, 2, 3) },
		func(b *bijector.BatchNorm) { b.Beta = autodiff.Fixed(1, 2, 3) },
	} {
		b := bijector.NewBatchNorm(2)
		if err := b.Restore(); err != nil {
			t.Fatalf("got %v of a good one", err)
		}
		if change(b); b.Restore() == nil {
			t.Errorf("%+v: got no error, want one", b)
		}
	}
}

func ExampleBatchNorm() {
	b := bijector.NewBatchNorm(1)
	y := autodiff.NewTape().Matrix(mat.NewDense(2, 1, []float64{10, 14}))
	bijector.Initialize(b, y)
	fmt.Printf("%.3f\n", b.Inverse(y).Data())
	bijector.Observe(b, y) // what a trainer does with every minibatch
	fmt.Printf("%.3f\n", b.Mean.Data())
	// Output:
	// [-1.000 1.000]
	// [12.000]
}

// What a trainer does around its steps, for any model.
func ExampleObserver() {
	norm := bijector.NewBatchNorm(1)
	var model bijector.Bijector = bijector.Chain{norm, bijector.NewShift(autodiff.Fixed(5))}
	batch := autodiff.NewTape().Matrix(mat.NewDense(2, 1, []float64{8, 10}))
	bijector.Initialize(model, batch) // before the first step
	if o, ok := model.(bijector.Observer); ok && len(o.Statistics()) > 0 {
		o.Observe(batch) // after every step
	}
	fmt.Println(norm.Mean.Data(), norm.Var.Data())
	// Output: [4] [1]
}
