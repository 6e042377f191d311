package bijector_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
)

func TestSqueezeGolden(t *testing.T) {
	g := readNeural(t, "squeeze")
	s := g.Data["x"].shape
	g.compareForward(bijector.NewSqueeze(s[1], s[2], s[3]))
}

func TestConv1x1Golden(t *testing.T) {
	g := readNeural(t, "conv1x1_lu")
	const d = 4
	factors := autodiff.NewParam(d, d, nil)
	factors.Freeze(true)
	lower, upper, diag := g.weight("lower_entries"), g.weight("upper_entries"), g.weight("unconstrained_upper_diag")
	for i := range d {
		for j := range d {
			switch at := &factors.Data()[i*d+j]; {
			case j < i:
				*at, lower = lower[0], lower[1:]
			case j > i:
				*at, upper = upper[0], upper[1:]
			default:
				*at = math.Log1p(math.Exp(diag[i])) + 1e-3
			}
		}
	}
	perm, err := g.tensor("permutation._permutation").Ints()
	if err != nil {
		t.Fatal(err)
	}
	g.compareForward(bijector.NewPerPixel(bijector.Chain{
		bijector.NewPermute(perm...),
		bijector.NewLU(factors, nil, g.value("bias")),
	}, 3*2))
}

// The peer normalises in its forward direction.
func TestActNormGolden(t *testing.T) {
	g := readNeural(t, "actnorm_init")
	a := bijector.NewActNorm(3)
	a.Initialize(autodiff.NewTape().Matrix(g.rows("x")))
	for j, want := range g.weight("log_scale") {
		// The peer's variance has the divisor n−1, ours n.
		if got := -a.LogScale.Data()[j] - 0.5*math.Log(32./31); math.Abs(got-want) > neuralTol {
			t.Errorf("column %d: got log-scale %v from the data, want %v", j, got, want)
		}
		a.LogScale.Data()[j] = -want
	}
	shift, scale := g.weight("shift"), g.weight("log_scale")
	for j, m := range a.Shift.Data() {
		want := -shift[j] * math.Exp(-scale[j])
		if math.Abs(m-want) > neuralTol {
			t.Errorf("column %d: got mean %v from the data, want %v", j, m, want)
		}
		a.Shift.Data()[j] = want
	}
	g.compareForward(bijector.NewInvert(a))
}

// TestGlowGolden rebuilds a peer's multi-scale Glow from its weights: two levels of two steps, for
// 1×8×8 images.
func TestGlowGolden(t *testing.T) {
	g := readNeural(t, "glow_tiny")
	step := func(level, block, channels, side int) bijector.Bijector {
		p := func(name string) []float64 {
			return g.weight(fmt.Sprintf("flows.%d.%d.flows.%s", level, block, name))
		}
		norm := bijector.NewActNorm(channels)
		norm.Shift.Set(p("2.t"))
		norm.LogScale.Set(p("2.s"))
		d := channels * side * side
		return bijector.Chain{ // base to data
			bijector.NewCoupling(d, bijector.Columns(0, d/2), bijector.Affine{Scale: bijector.GlowScale}, 0, func(in, out int) nn.Network {
				return torchConvNet(p, channels/2, side, nn.NewConvNet(channels/2, 8, channels, side, side, 0, 2, nil))
			}),
			bijector.NewPerPixel(bijector.Chain{bijector.NewInvert(torchConv1x1(p, channels)), norm}, side*side),
		}
	}
	m := bijector.NewMultiscale([]int{32, 64},
		bijector.Chain{step(0, 0, 8, 2), step(0, 1, 8, 2), bijector.NewInvert(bijector.NewSqueeze(2, 4, 4))},
		bijector.Chain{step(1, 0, 4, 4), step(1, 1, 4, 4), bijector.NewInvert(bijector.NewSqueeze(1, 8, 8))})

	tape := autodiff.NewTape()
	x := tape.Matrix(g.rows("x"))
	z, logdet := m.Inverse(x), m.ILDJ(x)
	g.compare("z0", z.Slice(0, 32))
	g.compare("z1", z.Slice(32, 64))
	g.compare("logdet", logdet)
	g.compare("x", m.Forward(z))
	g.compare("logdet", fldj(m, z).Neg())

	row := func(name string) autodiff.Var {
		w := append(g.weight("q0.0."+name), g.weight("q0.1."+name)...)
		return tape.View(1, len(w), w)
	}
	standard := z.AffineInverse(row("log_scale"), row("loc"))
	g.compare("log_prob", standard.StdNormalLogDensity().Sub(row("log_scale").RowSum()).Add(logdet))
}

// torchConvNet sets net's weights from PyTorch's, [out, in, 3, 3] and so on.
func torchConvNet(p func(string) []float64, in, side int, net *nn.ConvNet) *nn.ConvNet {
	for i := range net.Layers {
		l := &net.Layers[i]
		rows, out := l.W.Dims()
		kk := l.Size * l.Size
		channels := rows / kk
		for j, w := range p(fmt.Sprintf("0.flows.1.param_map.net.%d.weight", 2*i)) {
			o, c, tap := j/(channels*kk), j/kk%channels, j%kk
			l.W.Data()[(tap*channels+c)*out+o] = w
		}
		l.B.Set(p(fmt.Sprintf("0.flows.1.param_map.net.%d.bias", 2*i)))
	}
	return net
}

// torchConv1x1 is the peer's matrix P·L·U, the diagonal of U with signs.
func torchConv1x1(p func(string) []float64, d int) *bijector.LU {
	factors := autodiff.NewParam(d, d, nil)
	factors.Freeze(true)
	perm := make([]int, d)
	for i := range d {
		for j := range d {
			switch at := &factors.Data()[i*d+j]; {
			case j < i:
				*at = p("1.L")[i*d+j]
			case j > i:
				*at = p("1.U")[i*d+j]
			default:
				*at = p("1.sign_S")[i] * math.Exp(p("1.log_S")[i])
			}
			if p("1.P")[i*d+j] == 1 {
				perm[i] = j
			}
		}
	}
	return bijector.NewLU(factors, perm, autodiff.Value{})
}

// The peer normalises in its forward direction, with fixed statistics.
func TestBatchNormGolden(t *testing.T) {
	g := readNeural(t, "batchnorm_eval")
	b := bijector.NewBatchNorm(3)
	b.Mean.Set(g.weight("running_mean"))
	b.Var.Set(g.weight("running_var"))
	gamma := g.weight("unconstrained_weight")
	for j, u := range gamma {
		gamma[j] = math.Log1p(math.Exp(u)) + b.Eps
	}
	b.Gamma, b.Beta = autodiff.Fixed(gamma...), g.value("bias")
	g.compareForward(bijector.NewInvert(b))
	tape := autodiff.NewTape()
	y := tape.Matrix(g.rows("inverse_in"))
	g.compare("inverse_out", b.Forward(y))
	g.compare("inverse_logdet", fldj(b, y))
}
