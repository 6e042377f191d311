package bijector_test

import (
	"math"
	"slices"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/bijector/bijectortest"
	"github.com/normflow/normflow/internal/rng"
)

// Maps that start from data standardise them in the direction in which they meet them.
func TestInvertInitializes(t *testing.T) {
	shift := func() bijector.Bijector { return bijector.NewShift(autodiff.Fixed(40)) }
	for name, b := range map[string]bijector.Bijector{
		"ActNorm":      bijector.NewActNorm(2),
		"Standardizer": bijector.NewStandardizer(2),
		"Chain":        bijector.Chain{shift(), bijector.NewActNorm(2)},
		"Chain/deep":   bijector.Chain{bijector.NewActNorm(2), bijector.Chain{shift(), bijector.NewInvert(bijector.NewActNorm(2)), bijector.NewStandardizer(2)}},
		"Blockwise":    bijector.NewBlockwise(bijector.Block{B: bijector.NewActNorm(1), In: 1}, bijector.Block{B: bijector.NewActNorm(1), In: 1}),
		"Subset":       bijector.NewSubset(bijector.NewActNorm(2), 1, 0),
		"Invert":       bijector.NewInvert(bijector.NewInvert(bijector.NewActNorm(2))),
		"PerPixel":     bijector.NewPerPixel(bijector.NewActNorm(1), 2),
	} {
		t.Run(name, func(t *testing.T) {
			tape := autodiff.NewTape()
			y := tape.Matrix(bijectortest.Uniform(50, 2, 3, 9))
			f := bijector.Chain{bijector.NewInvert(b)}
			bijector.Initialize(f, y)
			bijector.Initialize(f, y.MulConst(7)) // does nothing
			x := f.Inverse(y)
			mean, square := x.ColMean(), x.Square().ColMean()
			if name == "PerPixel" { // the pixels have moments together
				mean, square = mean.RowMean(), square.RowMean()
			}
			for j := range mean.Cols() {
				if m, v := mean.At(0, j), square.At(0, j); math.Abs(m) > 1e-12 || math.Abs(v-1) > 1e-12 {
					t.Errorf("column %d: got mean %v and mean square %v, want 0 and 1", j, m, v)
				}
			}
			if n := len(bijector.Statistics(f)); n != 0 {
				t.Errorf("got %d statistics, want none", n)
			}
		})
	}
}

// An inverted BatchNorm stays as it is.
func TestInvertLeavesBatchNorm(t *testing.T) {
	b := bijector.NewBatchNorm(2)
	f := bijector.NewInvert(b)
	y := autodiff.NewTape().Matrix(bijectortest.Uniform(50, 2, 3, 9))
	bijector.Initialize(f, y)
	bijector.Observe(f, y)
	if b.Initialized || b.Mean.Data()[0] != 0 || b.Var.Data()[0] != 1 || len(bijector.Statistics(f)) != 0 {
		t.Errorf("got %+v, want no change", b)
	}
}

// The network of an inverted coupling sees the same columns, and starts from them.
func TestInvertInitialisesNetworks(t *testing.T) {
	statistics := func(turn func(b bijector.Bijector) bijector.Bijector) []float64 {
		net := nn.NewConv2D(1, 2, 1, 2, 1, nn.Linear, rng.New(1)).NormaliseBatch(1)
		c := bijector.NewCoupling(4, []int{0, 3}, bijector.Affine{}, 0, func(_, _ int) nn.Network { return net })
		y := autodiff.NewTape().Matrix(bijectortest.Uniform(50, 4, 3, 9))
		bijector.Initialize(turn(bijector.Chain{bijector.NewShift(autodiff.Fixed(1)), c}), y)
		if !net.Norm.Initialized {
			t.Error("got statistics that are not initialised")
		}
		return append(net.Norm.Mean.Data(), net.Norm.Var.Data()...)
	}
	want := statistics(func(b bijector.Bijector) bijector.Bijector { return b })
	got := statistics(func(b bijector.Bijector) bijector.Bijector {
		c := b.(bijector.Chain)
		return bijector.NewInvert(bijector.Chain{c[1], c[0]})
	})
	if !slices.Equal(got, want) {
		t.Errorf("got statistics %v, want %v", got, want)
	}
}
