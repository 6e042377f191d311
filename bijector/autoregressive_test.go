package bijector_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/nn/masked"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/bijector/bijectortest"
	"gonum.org/v1/gonum/mat"
)

// A masked autoregressive flow of one layer: densities and samples both cost one
// pass of the network.
func ExampleAutoregressive() {
	net := masked.NewMADE(masked.Spec{Dim: 3, Hidden: []int{64, 64}, Outputs: 2, Act: nn.ReLU}, rand.NewPCG(1, 2))
	maf := bijector.NewAutoregressive(net, bijector.Affine{})
	iaf := bijector.NewInvert(maf)

	tape := autodiff.NewTape()
	x := tape.Matrix(mat.NewDense(1, 3, []float64{1, 2, 3}))
	fmt.Printf("%.10f\n", maf.Inverse(maf.Forward(x)).Data())
	fmt.Println(iaf.Inverse(x) == maf.Forward(x))
	// Output:
	// [1.0000000000 2.0000000000 3.0000000000]
	// true
}

// A conditional neural spline flow in another order.
func ExampleAutoregressive_Given() {
	spline := bijector.Spline{}
	nsf := bijector.NewAutoregressive(masked.NewMADE(masked.Spec{
		Dim: 2, Hidden: []int{32, 32}, Outputs: spline.Params(), Cond: 5, Act: nn.ReLU, Residual: true, Order: []int{1, 0},
	}, rand.NewPCG(1, 2)), spline)
	tape := autodiff.NewTape()
	context := tape.Zeros(1, 5)
	fmt.Println(nsf.Given(context).Forward(tape.Zeros(10, 2)).Dims())
	// Output: 10 2
}

func ExampleInverted() {
	tape := autodiff.NewTape()
	raw := tape.Matrix(mat.NewDense(1, 2, []float64{1, 0})) // y = x + 1
	y, _ := bijector.Inverted{Map: bijector.Affine{}}.Forward(tape.Scalar(5), raw)
	fmt.Println(y.Value())
	// Output: 4
}

// An autoregressive map's network runs once for Inverse and ILDJ, and once for
// Forward and ForwardFLDJ.
func TestAutoregressiveRunsItsNetworkOnce(t *testing.T) {
	for _, order := range [][]int{nil, {1, 0, 2}} {
		b := autoregressive(masked.Spec{Dim: 3, Hidden: []int{8}, Order: order}, bijector.Spline{})
		tape := autodiff.NewTape()
		x := tape.Matrix(bijectortest.Normal(5, 3))
		b.Inverse(x)
		before := tape.Len()
		b.ILDJ(x)
		if added := tape.Len() - before; added > 1 {
			t.Errorf("ILDJ after Inverse added %d nodes, want 1 for the row sum", added)
		}
		b.Forward(x)
		before = tape.Len()
		b.ForwardFLDJ(x)
		if added := tape.Len() - before; added > 3 {
			t.Errorf("ForwardFLDJ after Forward added %d nodes, want 2 for the spline and 1 for the row sum", added)
		}
	}
}

// Sampling column by column is the same as repeating the network Dim times.
func TestAutoregressiveForwardIsRepetition(t *testing.T) {
	spec := masked.Spec{Dim: 20, Hidden: []int{50, 70}, Order: rand.New(rand.NewPCG(1, 2)).Perm(20)}
	b := autoregressive(spec, bijector.Spline{})
	tape := autodiff.NewTape()
	x := tape.Matrix(bijectortest.Normal(300, 20))
	y := x
	for range 20 {
		y, _ = b.Map.Forward(x, b.Net.Apply(y))
	}
	got := b.Forward(x)
	for i, v := range y.Data() {
		if got.Data()[i] != v {
			t.Fatalf("element %d: got %v, want %v", i, got.Data()[i], v)
		}
	}
}

// The density of a two-dimensional flow must integrate to 1.
func TestAutoregressiveDensity(t *testing.T) {
	for _, m := range []bijector.Univariate{bijector.Affine{}, bijector.Spline{}} {
		b := autoregressive(masked.Spec{Dim: 2, Hidden: []int{16}, Order: []int{1, 0}}, m)
		const n, width = 400, 24.0
		grid := mat.NewDense(n*n, 2, nil)
		for i := range n {
			for j := range n {
				grid.Set(i*n+j, 0, (float64(i)+0.5)*width/n-width/2)
				grid.Set(i*n+j, 1, (float64(j)+0.5)*width/n-width/2)
			}
		}
		tape := autodiff.NewTape()
		tape.NoGrad(true)
		y := tape.Matrix(grid)
		sum := 0.0
		for _, l := range b.Inverse(y).StdNormalLogDensity().Add(b.ILDJ(y)).Data() {
			sum += math.Exp(l) * (width / n) * (width / n)
		}
		if math.Abs(sum-1) > 1e-3 {
			t.Errorf("%T: got integral %v, want 1", m, sum)
		}
	}
}

func TestAutoregressivePanics(t *testing.T) {
	net := masked.NewMADE(masked.Spec{Dim: 3, Hidden: []int{8}, Outputs: 2, Act: nn.ReLU}, rand.NewPCG(1, 2))
	tape := autodiff.NewTape()
	for want, f := range map[string]func(){
		"bijector: Autoregressive: got no network":                                   func() { bijector.NewAutoregressive(nil, bijector.Affine{}) },
		"bijector: Autoregressive: got a network with 2 outputs per column, want 23": func() { bijector.NewAutoregressive(net, bijector.Spline{}) },
		"bijector: Autoregressive: masked: MADE: got Dim 0":                          func() { bijector.NewAutoregressive(&masked.MADE{Spec: masked.Spec{Outputs: 2}}, bijector.Affine{}) },
		"bijector: Autoregressive: got 2 columns, want 3":                            func() { bijector.NewAutoregressive(net, bijector.Affine{}).Forward(tape.Zeros(1, 2)) },
	} {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.HasPrefix(got, want) {
					t.Errorf("got panic %q, want %q", got, want)
				}
			}()
			f()
		}()
	}
}
