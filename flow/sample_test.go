package flow_test

import (
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// Samples are a function of the source, whatever the cores; those of one piece are the base's
// own.
func TestSamplesForAnyCores(t *testing.T) {
	f := autodiff.Fixed
	base := dist.NewMixture(dist.FixedWeights(1, 2), dist.NewNormal(3, f(-2), f(1)), dist.NewUniform(3, f(1), f(2)))
	var chain []bijector.Bijector
	for range 100 {
		chain = append(chain, bijector.NewShift(f(0)))
	}
	m := flow.New(base, chain...)
	var want *mat.Dense
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, procs := range []int{1, 2, 3, 8} {
		runtime.GOMAXPROCS(procs)
		got := mat.NewDense(9000, 3, nil)
		if m.Draw(got, rng.New(7)); want == nil {
			want = got
		}
		if !slices.Equal(got.RawMatrix().Data, want.RawMatrix().Data) {
			t.Errorf("%d cores: other samples than with one", procs)
		}
	}
	few, own := mat.NewDense(1000, 3, nil), mat.NewDense(1000, 3, nil)
	m.Draw(few, rng.New(8))
	base.Draw(own, rng.New(8))
	if !mat.Equal(few, own) {
		t.Error("1000 rows: got other samples than the base draws")
	}
	first, second := want.Slice(0, 1024, 0, 3), want.Slice(1024, 2048, 0, 3)
	if mat.Equal(first, second) {
		t.Error("two pieces of samples are equal")
	}
	for j := range 3 {
		sum := 0.0
		for _, v := range mat.Col(nil, j, want) {
			sum += v
		}
		if got := sum / 9000; math.Abs(got-1./3) > 0.09 {
			t.Errorf("column %d: got mean %v, want about 1/3", j, got)
		}
	}
}

// What a matrix is a part of does not matter to the noise, nor to draws.
func TestDrawsIntoPart(t *testing.T) {
	x := mat.NewDense(40, 3, nil)
	part := func() *mat.Dense { return mat.NewDense(50, 7, nil).Slice(5, 45, 2, 5).(*mat.Dense) }
	if got, want := flow.Dequantize(part(), x, rng.New(1)), flow.Dequantize(nil, x, rng.New(1)); !mat.Equal(got, want) {
		t.Error("Dequantize: the noise depends on the destination")
	}
	for _, d := range []dist.Distribution{dist.NewStdNormal(3), dist.NewUniform(3, autodiff.Fixed(0), autodiff.Fixed(1, 2, 3))} {
		got, want := part(), mat.NewDense(40, 3, nil)
		d.Draw(got, rng.New(2))
		if d.Draw(want, rng.New(2)); !mat.Equal(got, want) {
			t.Errorf("%T: the samples depend on the destination", d)
		}
	}
}
