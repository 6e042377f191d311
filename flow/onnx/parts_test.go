package onnx

import (
	"bytes"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/nn/masked"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"gonum.org/v1/gonum/mat"
)

// normalM returns a learned matrix near the identity.
func normalM(rows, cols int, seed uint64) *autodiff.Param {
	p := autodiff.LearnedNormal(rows, cols, 0.3, rand.NewPCG(seed, 1))
	for i := range min(rows, cols) {
		p.Data()[i*cols+i] += 1
	}
	return p
}

// parts are bijectors of three columns, or of what their number says.
func parts() map[string]bijector.Bijector {
	shift, scale := autodiff.Learned(1, 20, -3), autodiff.Fixed(0.5, -2, 3)
	batchNorm := bijector.NewBatchNorm(3)
	batchNorm.Mean.Set([]float64{1, 2, 30})
	batchNorm.Var.Set([]float64{0.1, 2, 9})
	whitener := bijector.NewWhitener(3)
	whitener.L.Set([]float64{2, 0, 0, 1, 3, 0, -1, 0.5, 0.7})
	return map[string]bijector.Bijector{
		"whitener": whitener, "whitener, plain": bijector.NewWhitener(3),
		"identity": bijector.Identity{}, "scale": bijector.NewScale(scale), "shift": bijector.NewShift(autodiff.Fixed(2)),
		"diagonal": bijector.NewDiagonal(scale, shift), "batchnorm": batchNorm, "permute": bijector.NewPermute(2, 0, 1),
		"linear": bijector.NewLinear(normalM(3, 3, 1), shift), "lu": bijector.NewLU(normalM(3, 3, 2), []int{1, 2, 0}, shift),
		"qr": bijector.NewQR(normalM(2, 3, 3), normalM(3, 3, 4), shift), "svd": bijector.NewSVD(normalM(2, 3, 5), normalM(1, 3, 6), scale, shift),
		"matrixexp": bijector.NewMatrixExp(normalM(3, 3, 7), shift), "tril": bijector.NewTriL(normalM(3, 3, 8), shift),
		"trillowrank": bijector.NewTriLLowRank(normalM(3, 3, 9), normalM(3, 1, 10), autodiff.Value{}, shift),
		"lowrank":     bijector.NewLowRank(autodiff.Fixed(1), normalM(3, 1, 11), nil, shift), "householder": bijector.NewHouseholder(normalM(2, 3, 12)),
		"rotation": bijector.NewRotation(normalM(3, 3, 13)), "dct": bijector.NewDCT(3, 2), "haar": bijector.Haar{}, "cumsum": &bijector.Cumsum{},
		"squeeze 8": bijector.NewSqueeze(2, 2, 2), "reshape": bijector.NewReshape([]int{3}, []int{3, 1}),
		"subset": bijector.NewSubset(bijector.NewScale(autodiff.Fixed(2, 3)), 2, 0),
		"blockwise": bijector.NewBlockwise(bijector.Block{B: bijector.NewScale(autodiff.Fixed(3)), In: 2},
			bijector.Block{B: bijector.NewShift(autodiff.Fixed(3)), In: 1}),
	}
}

// columns returns how many columns a part of the table has.
func columns(name string) int {
	if strings.HasSuffix(name, " 8") {
		return 8
	}
	return 3
}

func TestParts(t *testing.T) {
	for name, b := range parts() {
		t.Run(name, func(t *testing.T) {
			check(t, flow.New(dist.NewStdNormal(columns(name)), bijector.NewInvert(b), bijector.NewShift(autodiff.Fixed(1)), b), 1e-12, true)
		})
	}
}

// univariates are those that translate, with any raw parameters.
func univariates() map[string]bijector.Univariate {
	all := map[string]bijector.Univariate{
		"additive": bijector.Additive{}, "slope": bijector.Affine{Slope: 1e-2},
		"spline": bijector.Spline{}, "free": bijector.Spline{Bins: 3, Bound: 2, Tails: bijector.FreeTails, MinSize: 0.01, MinSlope: 0.1},
		"circular": bijector.Spline{Bins: 3, Tails: bijector.CircularTails}, "soft": bijector.SoftSpline{Bins: 4, Slope: 1e-2}, "soft bin": bijector.SoftSpline{Bins: 1},
		"linear": bijector.LinearSpline{Bins: 5}, "quadratic": bijector.QuadraticSpline{}, "half": bijector.QuadraticSpline{Bins: 2, Half: true},
		"free quadratic": bijector.QuadraticSpline{Bins: 3, Tails: bijector.FreeTails}, "rational": bijector.LinearRationalSpline{Bins: 3}, "one piece": bijector.LinearRationalSpline{Bins: 1},
		"opposite": bijector.Opposite{Map: bijector.Spline{Bins: 3, Bound: math.Pi, Tails: bijector.CircularTails}},
		"one bin":  bijector.Spline{Bins: 1}, "inverted": bijector.Inverted{Map: bijector.Spline{Bins: 4}},
		"per column": bijector.NewPerColumn(bijector.Affine{}, bijector.Additive{}, bijector.Spline{Bins: 4}),
	}
	for _, m := range []bijector.ScaleMap{bijector.Exponential, bijector.Clip, bijector.Sigmoid2, bijector.GlowScale, bijector.SoftplusScale,
		bijector.TanhScale, bijector.SigmoidScale, bijector.SoftplusTo3} {
		all[string(m)] = bijector.Affine{Scale: m}
	}
	return all
}

func TestUnivariates(t *testing.T) {
	for name, u := range univariates() {
		t.Run(name, func(t *testing.T) {
			each := bijector.NewElementwise(3, u)
			net := masked.NewMADE(masked.Spec{Dim: 3, Hidden: []int{7}, Outputs: u.Params(), Act: nn.Tanh, Order: []int{2, 0, 1}}, rand.NewPCG(1, 1))
			check(t, trained(flow.New(dist.NewStdNormal(3), each, bijector.NewAutoregressive(net, u)), 2), 1e-10, true)
		})
	}
}

// networks from four numbers to two.
func networks(src rand.Source) map[string]nn.Network {
	gated := &nn.GatedResMLP{First: nn.NewLayer(4, 5, nn.Linear, src), Last: nn.NewLayer(5, 2, nn.Linear, src), Cond: 2}
	gate := nn.NewLayer(2, 5, nn.Sigmoid, src)
	gated.Blocks = []nn.GatedBlock{{Block: nn.Block{Act: nn.ReLU, A: nn.NewLayer(5, 5, nn.ReLU, src), B: nn.NewLayer(5, 5, nn.Linear, src)}, Gate: &gate,
		Norm: &nn.Norm{Scale: normalM(1, 5, 1), Shift: normalM(1, 5, 2)}}}
	all := map[string]nn.Network{
		"resmlp": nn.NewResMLP(4, 6, 2, 2, nn.Tanh, src), "gated": gated,
		"set":       nn.NewSequential(nn.NewShared(2, nn.NewMLP(2, nil, 3, nn.ReLU, src)), nn.NewMeanPool(2, 3), nn.NewLayerNorm(3), nn.NewMLP(3, nil, 2, nn.ReLU, src)),
		"periodic":  nn.NewSequential(nn.NewPeriodic(4, []int{3, 1}, []float64{2, 6}), nn.NewMLP(6, []int{5}, 2, nn.Tanh, src)),
		"all round": nn.NewSequential(nn.NewPeriodic(4, []int{0, 1, 2, 3}, []float64{2, 6, 3, 4}), nn.NewMLP(8, nil, 2, nn.Tanh, src)),
		"features":  nn.NewSequential(nn.NewFeatures(4, []int{1, 0}, []int{2}, []float64{0.1}, []float64{1, 2, 3}, []float64{1, 2, 3}, 4), nn.NewMLP(3, nil, 2, nn.Tanh, src)),
	}
	for _, a := range []nn.Activation{nn.Linear, nn.ReLU, nn.Tanh, nn.LeakyReLU, nn.ELU, nn.SiLU, nn.GELU, nn.Softplus, nn.Sigmoid} {
		all[string(a)] = nn.NewMLP(4, []int{6, 5}, 2, a, src)
	}
	return all
}

func TestNetworks(t *testing.T) {
	for name, net := range networks(rand.NewPCG(1, 2)) {
		t.Run(name, func(t *testing.T) {
			c := bijector.NewCoupling(3, []int{0, 2}, bijector.Affine{}, 2, func(int, int) nn.Network { return net })
			check(t, trained(flow.New(dist.NewStdNormal(3), c), 3), 1e-10, true)
		})
	}
}

func TestMasked(t *testing.T) {
	for name, spec := range map[string]masked.Spec{
		"residual": {Dim: 4, Hidden: []int{9, 9}, Residual: true, Act: nn.ReLU},
		"direct":   {Dim: 4, Hidden: []int{9, 5}, Direct: true, Act: nn.ELU, Order: []int{3, 1, 0, 2}},
		"random":   {Dim: 4, Hidden: []int{9, 5}, Act: nn.Tanh, Cond: 3, Degrees: masked.RandomDegrees(4, []int{9, 5}, true, rand.NewPCG(1, 1))},
		"linear":   {Dim: 4, Act: nn.ReLU, Order: []int{3, 1, 0, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			spec.Outputs = 2
			b := bijector.NewAutoregressive(masked.NewMADE(spec, rand.NewPCG(1, 2)), bijector.Affine{})
			check(t, trained(flow.New(dist.NewStdNormal(4), b), 4), 1e-10, true)
		})
	}
}

// What has no translation is an error that names the part, and so is a model with a context that the graph would have to hold.
func TestRefusals(t *testing.T) {
	normal := dist.NewStdNormal(2)
	conditional := flow.RealNVP(flow.Arch{Dim: 2, Cond: 3, Layers: 1}, rand.NewPCG(1, 1))
	bound := conditional.Given(mat.NewDense(1, 3, nil))
	coupling := func(u bijector.Univariate, net nn.Network) *flow.Transformed {
		return flow.New(normal, bijector.NewCoupling(2, []int{0}, u, 0, func(in, out int) nn.Network {
			if net == nil {
				return nn.NewMLP(in, nil, out, nn.ReLU, nil)
			}
			return net
		}))
	}
	for want, m := range map[string]*flow.Transformed{
		"onnx: model: got a model that is bound to a context by Given":                            bound,
		"onnx: model.Base.Transformed: got a model that is bound":                                 flow.New(bound),
		"onnx: model.Map.0.UnitVector: got a bijector bijector.UnitVector":                        flow.New(normal, bijector.UnitVector{}),
		"onnx: model.Map.0.Coupling.CubicSpline: got a CubicSpline backwards":                     coupling(bijector.CubicSpline{}, nil),
		"onnx: model.Map.0.Coupling.Numeric: got a univariate *bijector.Numeric":                  coupling(bijector.NewNumeric(bijector.Affine{}), nil),
		"onnx: model.Base.MADE: got the head dist.BernoulliHead":                                  flow.New(dist.NewMADE(masked.Spec{Dim: 2, Act: nn.ReLU}, dist.BernoulliHead{}, nil)),
		"onnx: model.Map.0.Invert.BlockAutoregressive: got a bijector *bijector.BlockAutoregress": flow.New(normal, bijector.NewInvert(bijector.NewBlockAutoregressive(2, []int{4}, nil, nil))),
	} {
		var file bytes.Buffer
		err := Export(&file, m)
		if err == nil || !strings.HasPrefix(err.Error(), want) || file.Len() > 0 {
			t.Errorf("got %d bytes and error %v, want %s…", file.Len(), err, want)
		}
	}
	if err := ExportSample(new(bytes.Buffer), bound); err == nil || !strings.Contains(err.Error(), "bound to a context") {
		t.Errorf("got error %v for samples of a model with a context", err)
	}
	if err := Export(failing{}, conditional); err == nil || !strings.Contains(err.Error(), "full") {
		t.Errorf("got error %v of a writer that fails", err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("full") }

// A number that is missing or in excess in a graph is found: the tests' comparison can fail.
func TestDifference(t *testing.T) {
	if difference(1, 1+1e-9) < 1e-10 || difference(math.NaN(), 1) == 0 || difference(math.Inf(1), math.Inf(-1)) == 0 || difference(5, 5) != 0 {
		t.Error("differences are not seen")
	}
}

// Univariates that translate in the direction of their formulas only.
func TestInverted(t *testing.T) {
	for name, u := range map[string]bijector.Univariate{
		"cubic": bijector.CubicSpline{Bins: 4}, "one bin": bijector.CubicSpline{Bins: 1}, "sos": bijector.SOSPolynomial{Degree: 2, Slope: 0.1},
		"bernstein": bijector.Bernstein{Degree: 5, Gap: 0.01}, "equal": bijector.MixtureCDF{Components: 3, Equal: true},
	} {
		t.Run(name, func(t *testing.T) {
			net := masked.NewMADE(masked.Spec{Dim: 3, Hidden: []int{7}, Outputs: u.Params(), Act: nn.Tanh, Order: []int{2, 0, 1}}, rand.NewPCG(1, 1))
			b := bijector.NewAutoregressive(net, bijector.Inverted{Map: u})
			check(t, trained(flow.New(dist.NewStdNormal(3), b), 2), 1e-10, false)
		})
	}
}
