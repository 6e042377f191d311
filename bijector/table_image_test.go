package bijector_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/bijector/bijectortest"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// convCoupling returns an affine coupling of the halves of the channels of an image.
func convCoupling(channels, h, w, cond int, m bijector.Univariate) *bijector.Coupling {
	d, keep := channels*h*w, channels/2*h*w
	return bijector.NewCoupling(d, bijector.Columns(0, keep), m, cond, func(in, out int) nn.Network {
		net := nn.NewConvNet(channels/2, 4, out/(h*w), h, w, cond, m.Params(), rng.New(5))
		for i := range net.Layers { // smooth, for differences
			if net.Layers[i].Act == nn.ReLU {
				net.Layers[i].Act = nn.Tanh
			}
		}
		return net
	})
}

// checkerboard returns an affine coupling that keeps half of the pixels.
func checkerboard(channels, h, w int) *bijector.Coupling {
	keep := bijector.Checkerboard(channels, h, w, 1)
	return bijector.NewCoupling(channels*h*w, keep, bijector.Affine{}, 0, func(in, out int) nn.Network {
		net := nn.NewResConv(channels, 3, 1, 2*channels, h, w, 0, 2, rng.New(5))
		var take []int
		for _, j := range bijector.Checkerboard(channels, h, w, 0) {
			take = append(take, 2*j, 2*j+1)
		}
		return nn.NewRewired(net, keep, take)
	})
}

// normalised returns a coupling whose network is normalised by the statistics of some data.
func normalised(cond int) *bijector.Coupling {
	const channels, h, w = 2, 4, 2
	half := channels / 2 * h * w
	c := bijector.NewCoupling(2*half, bijector.Columns(0, half), bijector.Affine{}, cond, func(in, out int) nn.Network {
		net := nn.NewResConv(channels/2, 3, 1, channels, h, w, cond, 2, rng.New(5)).NormaliseBatch(0.9)
		net.Blocks[0].A.Act = nn.Tanh
		return net
	})
	tape := autodiff.NewTape()
	y := tape.Matrix(bijectortest.Normal(20, 2*half))
	var b bijector.Bijector = c
	if cond > 0 {
		b = c.Given(tape.Matrix(bijectortest.Normal(20, cond)))
	}
	bijector.Initialize(b, y)
	bijector.Observe(b, y)
	return c
}

// multiscale returns two levels for 1×4×4 images, the second with a learned prior.
func multiscale(cond int) *bijector.Multiscale {
	prior := bijector.NewCoupling(8, nil, bijector.Affine{}, cond, mlp(3))
	if k, ok := prior.Net.(*nn.Constant); ok {
		k.Row.Set(bijectortest.Normal(1, k.Row.Len()).RawRowView(0))
	}
	return bijector.NewMultiscale([]int{8, 16},
		bijector.Chain{
			prior,
			bijector.NewPerPixel(mixing(8), 1),
			bijector.NewInvert(bijector.NewSqueeze(2, 2, 2)),
		},
		bijector.Chain{
			convCoupling(4, 2, 2, cond, bijector.Affine{Scale: bijector.GlowScale}),
			bijector.NewConv1x1(4, 4, rng.New(1)),
			bijector.NewInvert(bijector.NewSqueeze(1, 4, 4)),
		})
}

// mixing returns a linear map of d numbers that mixes them all.
func mixing(d int) bijector.Bijector {
	return bijector.NewConv1x1(d, 1, rng.New(2))
}

// actNorm returns an ActNorm with the moments of some data.
func actNorm(d int) *bijector.ActNorm {
	a := bijector.NewActNorm(d)
	a.Initialize(autodiff.NewTape().Matrix(bijectortest.Uniform(20, d, -1, 5)))
	return a
}

func imageCases() []bijectortest.Case {
	normal := bijectortest.Normal
	perPixel := bijector.NewPerPixel(bijector.NewCoupling(2, []int{1}, bijector.Spline{Bins: 3}, 1, mlp(4)), 3)
	return []bijectortest.Case{
		{Name: "ActNorm", B: actNorm(3), X: normal(5, 3)},
		{Name: "ActNorm/pixels", B: bijector.NewPerPixel(actNorm(2), 3), X: normal(5, 6)},
		{Name: "Squeeze", B: bijector.NewSqueeze(2, 4, 2), X: normal(4, 16)},
		{Name: "Squeeze/one", B: bijector.NewSqueeze(1, 2, 2), X: normal(4, 4)},
		{Name: "PerPixel", B: bijector.NewPerPixel(bijector.Chain{mixing(3), bijector.NewElementwise(3, bijector.Spline{})}, 2), X: normal(4, 6)},
		{Name: "PerPixel/constant", B: bijector.NewPerPixel(bijector.NewScale(autodiff.Learned(2, 3)), 3), X: normal(4, 6)},
		{Name: "PerPixel/conditional", B: perPixel, X: normal(4, 6), Context: normal(4, 1)},
		{Name: "Conv1x1", B: bijector.NewConv1x1(4, 3, rng.New(1)), X: normal(4, 12)},
		{Name: "Conv1x1/full", B: bijector.NewConv1x1Full(3, 2, rng.New(1)), X: normal(4, 6)},
		{Name: "Conv1x1/one", B: bijector.NewConv1x1(1, 2, rng.New(1)), X: normal(4, 2)},
		{Name: "Coupling/conv", B: convCoupling(2, 3, 2, 0, bijector.Affine{}), X: normal(4, 12)},
		{Name: "Coupling/conv-conditional", B: convCoupling(2, 2, 2, 2, bijector.Spline{Bins: 2}), X: normal(4, 8), Context: normal(4, 2)},
		{Name: "Coupling/batch-norm", B: normalised(0), X: normal(4, 16)},
		{Name: "Coupling/batch-norm-conditional", B: normalised(2), X: normal(4, 16), Context: normal(4, 2)},
		{Name: "Coupling/checkerboard", B: checkerboard(1, 3, 3), X: normal(4, 9)},
		{Name: "Multiscale", B: multiscale(0), X: normal(4, 16)},
		{Name: "Multiscale/conditional", B: multiscale(2), X: normal(4, 16), Context: normal(4, 2)},
		{Name: "Multiscale/one", B: bijector.NewMultiscale([]int{3}, mixing(3)), X: normal(4, 3)},
		{Name: "PixelRange", B: bijector.NewPixelRange(256, 0.05), X: normal(4, 3)},
	}
}

// Both triangles and the diagonal together make a rotation.
func TestConv1x1StartsAsARotation(t *testing.T) {
	for _, d := range []int{1, 2, 3, 8, 24} {
		for seed := range uint64(5) {
			b := bijector.NewConv1x1(d, 1, rng.New(seed))
			full := bijector.NewConv1x1Full(d, 1, rng.New(seed))
			x := autodiff.NewTape().Matrix(identity(d))
			q := b.Inverse(x).Dense()
			if !mat.EqualApprox(q, full.Inverse(x).Dense(), 1e-13) {
				t.Errorf("%d channels: got another matrix from its factors", d)
			}
			var gram mat.Dense
			gram.Mul(q, q.T())
			if !mat.EqualApprox(&gram, identity(d), 1e-13) {
				t.Errorf("%d channels: got W·Wᵀ = %v, want the identity", d, mat.Formatted(&gram))
			}
			if l := b.ILDJ(x).Value(); math.Abs(l) > 1e-13 {
				t.Errorf("%d channels: got log-determinant %v, want 0", d, l)
			}
		}
	}
}

func identity(d int) *mat.Dense {
	m := mat.NewDense(d, d, nil)
	for i := range d {
		m.Set(i, i, 1)
	}
	return m
}

func TestCheckerboard(t *testing.T) {
	even, odd := bijector.Checkerboard(2, 3, 3, 0), bijector.Checkerboard(2, 3, 3, 1)
	seen := make([]int, 18)
	for _, j := range append(append([]int(nil), even...), odd...) {
		seen[j]++
	}
	for j, n := range seen {
		if n != 1 {
			t.Errorf("column %d is on %d of the two boards, want one", j, n)
		}
	}
	if len(even) != 10 || even[0] != 0 || even[1] != 2 || odd[0] != 1 {
		t.Errorf("got even columns %v and odd %v", even, odd)
	}
}
