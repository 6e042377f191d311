package bijector_test

import (
	"math"
	"slices"
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
	b.Tol = 5e-12
	g.compareForward(b)

	g = readNeural(t, "ffjord_mlp")
	net = nn.NewMLP(4, []int{8}, 3, nn.Tanh, nil)
	net.Layers[0].W.Set(append(transposed(g.weight("W1"), 8, 3), g.weight("c1")...))
	net.Layers[0].B.Set(g.weight("b1"))
	net.Layers[1].W.Set(transposed(g.weight("W2"), 3, 8))
	net.Layers[1].B.Set(g.weight("b2"))
	b = bijector.NewContinuous(net, 0, 0)
	b.Tol = 5e-12
	g.compareForward(b)
}

// The error is below the tolerance, for velocities of size 10.
func TestContinuousTolerance(t *testing.T) {
	at := func(b *bijector.Continuous, tol float64) []float64 {
		b.Tol = tol
		tape := autodiff.NewTape()
		x := tape.Matrix(bijectortest.Normal(100, 2))
		y, l := b.ForwardFLDJ(x)
		back, m := b.InverseILDJ(y)
		return append([]float64(nil), autodiff.Concat(y, l, back.Sub(x), m.Add(l)).Data()...)
	}
	for act, times := range map[nn.Activation]float64{nn.Tanh: 1, nn.Softplus: 1, nn.ELU: 100} { // its trace has kinks
		b := continuous(2, []int{16, 16}, act, 3, 0)
		for _, l := range b.Net.Layers {
			for i := range l.W.Data() {
				l.W.Data()[i] *= 2
			}
		}
		want := at(b, 1e-11)
		for _, tol := range []float64{1e-3, 1e-5, 1e-7} {
			var most float64
			for i, v := range at(b, tol) {
				most = max(most, math.Abs(v-want[i])/(1+math.Abs(want[i])))
			}
			if !(most <= times*tol) || most == 0 {
				t.Errorf("%s: got an error of %g at a tolerance of %g, want at most %v times that, and one", act, most, tol, times)
			}
		}
	}
}

// Gradients along a velocity of ELU, whose trace has kinks: differences of what steps make of it are no better than 1e-4.
func TestContinuousKinks(t *testing.T) {
	b := continuous(2, []int{6, 5}, nn.ELU, 1, 0)
	b.Tol = 5e-10
	x := bijectortest.Normal(4, 2)
	loss := func(tape *autodiff.Tape) autodiff.Var {
		y, l := b.InverseILDJ(tape.Matrix(x))
		return y.Slice(0, 1).Sum().Add(l.MulConst(2).Sum())
	}
	tape := autodiff.NewTape()
	tape.Backward(loss(tape))
	for i, l := range b.Net.Layers {
		for _, p := range []*autodiff.Param{l.W, l.B} {
			const h = 1e-4
			for j := 0; j < p.Len(); j += 3 {
				was, by := p.Data()[j], [2]float64{}
				for side := range by {
					p.Data()[j] = was + h*float64(2*side-1)
					by[side] = loss(autodiff.NewTape()).Value()
				}
				p.Data()[j] = was
				got, want := tape.Grad(p)[j], (by[1]-by[0])/(2*h)
				if !(math.Abs(got-want) <= 1e-3*(1+math.Abs(want))) {
					t.Errorf("layer %d, number %d: got gradient %v, want %v by differences", i, j, got, want)
				}
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

// In a training a row has Kinetic·∫ ‖v‖² less, by the trapezoidal rule along the path, in either direction; scores stay as they are.
func TestContinuousKinetic(t *testing.T) {
	for _, hidden := range [][]int{nil, {6}, {6, 5}} {
		b := continuous(2, hidden, nn.Tanh, 1, 0)
		plain := bijector.Estimated(b)
		b.Kinetic = 0.3
		trained := bijector.Estimated(b)
		const n = 3000
		tape := autodiff.NewTape()
		z := tape.Matrix(bijectortest.Normal(1, 2))
		path := slices.Clone(z.Data())
		var energy float64
		for i := range n + 1 { // midpoints, and half of the squares at both ends
			now := autodiff.NewTape()
			at := func(time float64, z []float64) []float64 {
				return slices.Clone(b.Velocity(now.Scalar(time), now.View(1, 2, slices.Clone(z))).Data())
			}
			time := float64(i) / n
			v := at(time, path)
			w := 1.0 / n
			if i == 0 || i == n {
				w /= 2
			}
			energy += w * (v[0]*v[0] + v[1]*v[1])
			half := at(time+0.5/n, []float64{path[0] + v[0]/n/2, path[1] + v[1]/n/2})
			if i < n {
				path[0], path[1] = path[0]+half[0]/n, path[1]+half[1]/n
			}
		}
		y, exact := bijector.ForwardFLDJ(b, z)
		y1, more := bijector.ForwardFLDJ(trained, z)
		if !(math.Abs(more.Value()-exact.Value()-0.3*energy) < 1e-6) || !(math.Abs(y1.At(0, 0)-path[0]) < 1e-6) {
			t.Errorf("%v: got %v more at %v, want %v at %v", hidden, more.Value()-exact.Value(), y1.Data(), 0.3*energy, path)
		}
		if l, less := b.ILDJ(y), trained.ILDJ(y); !(math.Abs(less.Value()-l.Value()+0.3*energy) < 1e-6) || l.Value() != plain.ILDJ(y).Value() {
			t.Errorf("%v: got %v of %v back, want %v less", hidden, less.Value(), l.Value(), 0.3*energy)
		}
		gradtest.Check(t, func(x ...autodiff.Var) autodiff.Var { return trained.ILDJ(x[0]) }, bijectortest.Normal(3, 2))
	}
}
