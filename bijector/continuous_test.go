package bijector_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/gradtest"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/bijector/bijectortest"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// transposed returns the numbers of an n×m matrix, column by column.
func transposed(x []float64, n, m int) []float64 {
	return append([]float64(nil), mat.DenseCopyOf(mat.NewDense(n, m, x).T()).RawMatrix().Data...)
}

func TestGoldenFFJORD(t *testing.T) {
	g := readNeural(t, "ffjord_linear")
	net := nn.NewMLP(4, nil, 3, nn.Tanh, nil).ZeroLast()
	copy(net.Layers[0].W.Data(), transposed(g.weight("A"), 3, 3))
	b := bijector.NewContinuous(net, 0, 0)
	b.Tol = 1e-13
	g.compareForward(b)

	g = readNeural(t, "ffjord_mlp")
	net = nn.NewMLP(4, []int{8}, 3, nn.Tanh, nil)
	net.Layers[0].W.Set(append(transposed(g.weight("W1"), 8, 3), g.weight("c1")...))
	net.Layers[0].B.Set(g.weight("b1"))
	net.Layers[1].W.Set(transposed(g.weight("W2"), 3, 8))
	net.Layers[1].B.Set(g.weight("b2"))
	b = bijector.NewContinuous(net, 0, 0)
	b.Tol = 1e-13
	g.compareForward(b)
}

// The error at a tolerance is of its size, for velocities of size 10.
func TestContinuousTolerance(t *testing.T) {
	at := func(b *bijector.Continuous, tol float64) []float64 {
		b.Tol = tol
		tape := autodiff.NewTape()
		x := tape.Matrix(bijectortest.Normal(200, 2))
		y, l := b.ForwardFLDJ(x)
		back, m := b.InverseILDJ(y)
		return append([]float64(nil), autodiff.Concat(y, l, back.Sub(x), m.Add(l)).Data()...)
	}
	for _, act := range []nn.Activation{nn.Tanh, nn.Softplus} {
		b := continuous(2, []int{16, 16}, act, 3, 0)
		for _, l := range b.Net.Layers {
			for i := range l.W.Data() {
				l.W.Data()[i] *= 2
			}
		}
		want := at(b, 1e-12)
		for _, tol := range []float64{1e-3, 1e-5, 1e-7} {
			var most float64
			for i, v := range at(b, tol) {
				most = max(most, math.Abs(v-want[i])/(1+math.Abs(want[i])))
			}
			if !(most <= 100*tol) || most == 0 {
				t.Errorf("%s: got an error of %g at a tolerance of %g, want at most 100 times that, and one", act, most, tol)
			}
		}
	}
}

func TestVelocity(t *testing.T) {
	b := continuous(2, []int{6, 5}, nn.Tanh, 2, 1)
	gradtest.Check(t, func(x ...autodiff.Var) autodiff.Var {
		return b.Given(x[0].Tape().Matrix(bijectortest.Normal(4, 1))).(*bijector.Continuous).Velocity(x[0].Slice(0, 1), x[0].Slice(1, 3))
	}, bijectortest.Normal(4, 3))
	// The derivative of the flow at its start is the velocity there: along a linear one, A·z.
	net := nn.NewMLP(3, nil, 2, nn.Tanh, nil).ZeroLast()
	net.Layers[0].W.Set([]float64{1, 2, 3, 4, 0, 0})
	tape := autodiff.NewTape()
	v := bijector.NewContinuous(net, 0, 0).Velocity(tape.Zeros(1, 1), tape.Matrix(mat.NewDense(1, 2, []float64{1, -1})))
	if v.At(0, 0) != -2 || v.At(0, 1) != -2 {
		t.Errorf("got a velocity of %v, want -2 in both columns", v.Data())
	}
}

// A row that cannot be integrated is NaN and leaves the others as they are.
func TestContinuousGivesUp(t *testing.T) {
	net := nn.NewMLP(2, nil, 1, nn.Tanh, rng.New(1))
	net.Layers[0].W.Set([]float64{1e6, 0})
	b := bijector.NewContinuous(net, 0, 0)
	tape := autodiff.NewTape()
	y := b.Forward(tape.Matrix(mat.NewDense(2, 1, []float64{1, math.NaN()})))
	if !math.IsNaN(y.At(0, 0)) || !math.IsNaN(y.At(1, 0)) {
		t.Errorf("got %v, want NaN where there are too many steps", y.Data())
	}
}
