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
		"Multiscale":   bijector.NewMultiscale([]int{1, 2}, shift(), bijector.NewActNorm(2)),
		"Multiscale/two": bijector.NewMultiscale([]int{1, 2}, bijector.NewActNorm(1),
			bijector.NewInvert(bijector.NewMultiscale([]int{1, 2}, bijector.NewActNorm(1), bijector.Chain{bijector.NewStandardizer(2), shift()}))),
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

// What maps the diagonal starts from the diagonal, turned around or not.
func TestDiagonalInitializes(t *testing.T) {
	for _, turned := range []bool{false, true} {
		norm := bijector.NewActNorm(2)
		var b bijector.Bijector = bijector.NewTransformDiagonal(2, norm)
		if turned {
			b = bijector.NewInvert(b)
		}
		y := autodiff.NewTape().Matrix(bijectortest.Uniform(50, 4, 3, 9))
		bijector.Initialize(bijector.Chain{b}, y)
		x := b.Inverse(y).Gather([]int{0, 3})
		if m, v := x.Mean().Value(), x.Square().Mean().Value(); math.Abs(m) > 1e-12 || math.Abs(v-1) > 1e-12 {
			t.Errorf("turned %v: got mean %v and mean square %v of the diagonal, want 0 and 1", turned, m, v)
		}
	}
}

// Statistics inside of what embeds its context, or of several levels, are found and shown the data.
func TestStatisticsInside(t *testing.T) {
	norm, deep := bijector.NewBatchNorm(2), bijector.NewBatchNorm(1)
	coupling := bijector.NewCoupling(2, nil, bijector.Affine{}, 1, func(in, out int) nn.Network { return nn.NewMLP(in, nil, out, nn.Linear, rng.New(2)) })
	b := bijector.NewEmbedded(nn.NewMLP(3, nil, 1, nn.Linear, rng.New(1)), bijector.NewMultiscale([]int{1, 2}, deep, bijector.Chain{coupling, norm}))
	if got := len(bijector.Statistics(b)); got != 4 {
		t.Fatalf("got %d statistics, want 4", got)
	}
	tape := autodiff.NewTape()
	y := tape.Matrix(bijectortest.Uniform(50, 2, 3, 9))
	given := bijector.Given(b, tape.Zeros(1, 3))
	want := given.(*bijector.Multiscale).Levels[1].Inverse(y).ColMean().At(0, 0)
	bijector.Observe(given, y)
	if got := deep.Mean.Data()[0]; norm.Mean.Data()[0] == 0 || !(math.Abs(got-0.01*want) < 1e-12) {
		t.Errorf("got means %v and %v, want the first moved and the second %v, of rows before it was", norm.Mean.Data(), got, 0.01*want)
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
