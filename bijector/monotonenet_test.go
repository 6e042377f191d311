package bijector_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/internal/rng"
)

// layersOf returns layers of the widths.
func layersOf(act nn.Activation, widths ...int) (layers []nn.Layer) {
	src := rng.New(5)
	for i, w := range widths[1:] {
		a := act
		if i == len(widths)-2 {
			a = nn.Linear
		}
		layers = append(layers, nn.NewLayer(widths[i], w, a, src))
	}
	return layers
}

func ExampleMonotoneNet() {
	net := bijector.NewMonotoneNet(nn.Layer{W: autodiff.NewParam(1, 1, []float64{-2}), B: autodiff.NewParam(1, 1, []float64{1}), Act: nn.Linear})
	f := bijector.NewElementwise(1, bijector.NewNumeric(net)) // |−2|·x + 1
	y := f.Forward(autodiff.NewTape().Scalar(3))
	fmt.Println(y.Value(), f.Inverse(y).Value())
	// Output: 7 3
}

func ExampleIntegralNet() {
	net := bijector.NewIntegralNet(nn.Layer{W: autodiff.NewParam(1, 1, nil), B: autodiff.NewParam(1, 1, nil), Act: nn.Linear})
	f := bijector.NewElementwise(1, bijector.NewNumeric(net)) // ∫ exp(0) du
	y := f.Forward(autodiff.NewTape().Scalar(3))
	fmt.Printf("%.6f %.6f\n", y.Value(), f.Inverse(y).Value())
	// Output: 3.000000 3.000000
}

// The integral of exp(u) by the rule, where h = u/(1 − u/7).
func TestIntegralNetRule(t *testing.T) {
	w, b := autodiff.NewParam(1, 1, []float64{0.5}), autodiff.NewParam(1, 1, []float64{0.2})
	net := bijector.NewIntegralNet(nn.Layer{W: w, B: b, Act: nn.Linear})
	const n = 20000
	for _, x := range []float64{-3, 0.5, 4} {
		want := 0.0
		for i := range n { // the midpoint rule
			h := 0.5*x*(float64(i)+0.5)/n + 0.2
			want += x / n * math.Exp(h/(1+math.Abs(h)/7))
		}
		tape := autodiff.NewTape()
		y, ls := net.Forward(tape.Scalar(x), tape.Zeros(1, 1))
		h := 0.5*x + 0.2
		if d := math.Abs(y.Value() - want); !(d < 1e-5) || math.Abs(ls.Value()-h/(1+math.Abs(h)/7)) > 1e-14 {
			t.Errorf("at %v: got %v with log-slope %v, want %v", x, y.Value(), ls.Value(), want)
		}
	}
}
