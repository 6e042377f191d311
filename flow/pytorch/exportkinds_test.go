package pytorch_test

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/nn/masked"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/pytorch"
	"github.com/normflow/normflow/internal/rng"
)

// coupling keeps the first of three columns; cond is the width of a context.
func coupling(m bijector.Univariate, cond int) *bijector.Coupling {
	return bijector.NewCoupling(3, []int{2}, m, cond, func(in, out int) nn.Network { return nn.NewMLP(in, []int{5}, out, nn.Tanh, rng.New(2)) })
}

func autoregressive(m bijector.Univariate) *bijector.Autoregressive {
	net := masked.NewMADE(masked.Spec{Dim: 3, Hidden: []int{6}, Outputs: m.Params(), Act: nn.Tanh, Order: []int{1, 2, 0}}, rng.New(2))
	return bijector.NewAutoregressive(net, m)
}

func elementwise(m bijector.Univariate) *bijector.Elementwise { return bijector.NewElementwise(3, m) }

// ofUnit is a map of [-1/2, 1/2] as one of [0, 1].
func ofUnit(b bijector.Bijector) bijector.Bijector {
	return bijector.Chain{bijector.NewShift(autodiff.Fixed(-0.5)), b, bijector.NewShift(autodiff.Fixed(0.5))}
}

func matrix(d int) *autodiff.Param {
	p := autodiff.NewParam(d, d, nil)
	for i := range p.Data() {
		p.Data()[i] = 0.3*float64(i%4) - 0.4
	}
	for j := range d {
		p.Data()[j*d+j] += 1.5
	}
	return p
}

func turned(m bijector.Univariate) bijector.Univariate { return bijector.Inverted{Map: m} }

// Maps of each kind that a library has, in both directions.
func TestExportMaps(t *testing.T) {
	none := autodiff.Value{}
	slope := math.Exp(float64(float32(math.Log(0.1))))
	cut := 1.0
	alpha := (1 - math.Tanh(math.Tanh(cut))) / cut
	free := bijector.Spline{Bins: 4, Bound: 0.5, Tails: bijector.FreeTails}
	whitener := bijector.NewWhitener(3)
	whitener.L.Set([]float64{2, 0, 0, 1, 3, 0, -1, 0.5, 0.7})
	zuko := []bijector.Bijector{
		bijector.Chain{whitener, bijector.NewWhitener(3)},
		elementwise(turned(bijector.MixtureCDF{Components: 3, Equal: true, Scale: bijector.Exponential, Shrink: 1e-6})),
		autoregressive(turned(bijector.Bernstein{Degree: 6, Bound: 4, Gap: 8e-6})),
		autoregressive(turned(bijector.SOSPolynomial{Polynomials: 2, Degree: 2})),
		autoregressive(bijector.SoftSpline{Bins: 4}),
		coupling(bijector.SoftSpline{Bins: 4, Bound: 3, Slope: 1e-2}, 0),
		bijector.NewLinear(matrix(3), autodiff.Fixed(1, 2, 3)),
		bijector.NewLU(matrix(3), []int{2, 0, 1}, none),
		bijector.NewRotation(matrix(3)),
	}
	nflows := []bijector.Bijector{
		bijector.Chain{whitener, bijector.NewWhitener(3)},
		bijector.NewLU(matrix(3), nil, autodiff.Fixed(1, 2, 3)),
		bijector.NewLU(matrix(3), []int{2, 0, 1}, none),
		bijector.NewLinear(matrix(3), none),
		bijector.NewLeakyReLU(autodiff.Fixed(slope)),
		bijector.NewLogTanh(autodiff.Fixed(cut), autodiff.Fixed(alpha)),
		elementwise(bijector.Spline{Bins: 4}),
		coupling(turned(bijector.LinearSpline{Bins: 4}), 0),
		coupling(bijector.QuadraticSpline{Bins: 4, Half: true}, 0),
		coupling(bijector.CubicSpline{Bins: 4, Bound: 3}, 0),
		bijector.Chain{bijector.NewSigmoid(none, none), ofUnit(coupling(turned(free), 0)), bijector.NewInvert(bijector.NewSigmoid(none, none))},
		bijector.Chain{bijector.NewSigmoid(none, none), ofUnit(autoregressive(turned(free)))},
		bijector.Chain{bijector.NewSigmoid(none, none), ofUnit(elementwise(turned(bijector.CubicSpline{Bins: 3, Bound: 0.5})))},
		bijector.Chain{bijector.NewSubset(bijector.NewElementwise(1, turned(bijector.Spline{Bins: 4})), 2), coupling(turned(bijector.Spline{Bins: 4}), 0)},
	}
	for _, scale := range []bijector.ScaleMap{bijector.SoftClipScale, bijector.Exponential, bijector.Clip, bijector.Sigmoid2, bijector.GlowScale, bijector.SoftplusScale,
		bijector.TanhScale, bijector.SigmoidScale, bijector.SoftplusTo3} {
		nflows = append(nflows, coupling(bijector.Affine{Scale: scale}, 0), autoregressive(turned(bijector.Affine{Scale: scale})))
	}
	both := []bijector.Bijector{&bijector.Exp{}, bijector.NewSigmoid(none, none), bijector.Chain{bijector.NewScale(autodiff.Fixed(0.2)), &bijector.Tanh{}},
		bijector.NewPermute(2, 0, 1), bijector.NewActNorm(3), bijector.NewBatchNorm(3), bijector.NewDiagonal(autodiff.Fixed(2), none)}
	for i, b := range append(zuko, both...) {
		exported(t, fmt.Sprintf("zuko %d, %T", i, b), pytorch.ExportZuko, shaken(flow.New(dist.NewStdNormal(3), bijector.NewDiagonal(autodiff.Fixed(0.5, 2, 1), none), b)), 1e-11)
	}
	for i, b := range append(nflows, both...) {
		exported(t, fmt.Sprintf("nflows %d, %T", i, b), pytorch.ExportNflows, shaken(flow.New(dist.NewStdNormal(3), bijector.NewDiagonal(autodiff.Fixed(0.5, 2, 1), none), b)), 1e-11)
	}
}

// Base distributions, and maps beside others that see a context.
func TestExportBases(t *testing.T) {
	given := coupling(bijector.Additive{}, 2)
	encoder := bijector.NewCoupling(3, nil, bijector.Affine{Scale: bijector.Exponential}, 2, func(in, out int) nn.Network { return nn.NewResMLP(in, 4, 2, out, nn.ReLU, rng.New(1)) })
	normal := dist.NewNormal(3, autodiff.Fixed(1, 2, 3), autodiff.Fixed(0.5, 1, 2))
	l := autodiff.NewParam(3, 3, []float64{1, 0, 0, 0.5, 2, 0, -1, 0.3, 0.7})
	for i, m := range []*flow.Transformed{
		flow.New(normal, coupling(bijector.Additive{}, 0)),
		flow.New(dist.NewUniform(3, autodiff.Fixed(-1), autodiff.Fixed(2, 3, 4)), bijector.NewScale(autodiff.Fixed(2))),
		flow.New(dist.NewStdNormal(3), autoregressive(turned(bijector.Affine{})), given, coupling(bijector.Affine{}, 0)),
	} {
		exported(t, fmt.Sprintf("zuko %d", i), pytorch.ExportZuko, shaken(m), 1e-11)
		exported(t, fmt.Sprintf("nflows %d", i), pytorch.ExportNflows, m, 1e-11)
	}
	mixture := dist.NewMixture(autodiff.Learned(0.1, -0.2), dist.NewMultivariateNormal(autodiff.Learned(1, 0, 2), l), dist.NewMultivariateNormal(autodiff.Learned(0, 0, 1), l))
	exported(t, "zuko mixture", pytorch.ExportZuko, flow.New(mixture), 1e-11)
	exported(t, "zuko of a mixture", pytorch.ExportZuko, flow.New(mixture, coupling(bijector.Additive{}, 0)), 1e-11)
	exported(t, "zuko elementwise", pytorch.ExportZuko, flow.New(dist.NewStdNormal(3), elementwise(bijector.SoftSpline{Bins: 3}), given), 1e-11)
	exported(t, "nflows encoder", pytorch.ExportNflows, shaken(flow.New(dist.NewStdNormal(3), encoder, given)), 1e-11)
}

// nflows adds 1e-6 where it inverts linear splines.
func TestExportLinearSpline(t *testing.T) {
	var b bytes.Buffer
	err := pytorch.ExportNflows(&b, flow.New(dist.NewStdNormal(3), coupling(bijector.LinearSpline{Bins: 4}, 0)), nil)
	if err == nil || !strings.Contains(err.Error(), "exact to 1e-6 only") {
		t.Errorf("got %v, want an error", err)
	}
}
