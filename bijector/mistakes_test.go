package bijector_test

import (
	"github.com/normflow/normflow/autodiff"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/nn/masked"
	"github.com/normflow/normflow/bijector"
)

// Constructors say what they are not given.
func TestMistakes(t *testing.T) {
	net := masked.NewMADE(masked.Spec{Dim: 2, Hidden: []int{4}, Outputs: 2, Act: nn.ReLU}, nil)
	for want, f := range map[string]func(){
		"bijector: Invert: got no bijector":              func() { bijector.NewInvert(nil) },
		"bijector: Coupling: got no map":                 func() { bijector.NewCoupling(2, []int{0}, nil, 0, mlp(3)) },
		"bijector: Coupling: got 2 of 2 columns to keep": func() { bijector.NewCoupling(2, []int{0, 1}, bijector.Affine{}, 0, mlp(3)) },
		"bijector: Coupling: got column 5 to keep":       func() { bijector.NewCoupling(3, []int{0, 5}, bijector.Affine{}, 0, mlp(3)) },
		"network <nil> and context":                      func() { bijector.NewCoupling(2, []int{0}, bijector.Affine{}, 0, nil) },
		"bijector: Elementwise: got maps for 1 columns, want 2": func() {
			bijector.NewElementwise(2, bijector.NewPerColumn(bijector.Affine{}))
		},
		"bijector: Coupling: got maps for 2 columns, want 1": func() {
			bijector.NewCoupling(2, []int{0}, bijector.Inverted{Map: bijector.NewPerColumn(bijector.Affine{}, bijector.Affine{})}, 0, mlp(1))
		},
		"bijector: PerColumn: got no maps, want one for each column": func() { bijector.NewPerColumn() },
		"bijector: QuadraticSpline: got 1 bins, want 2 to 128":       func() { bijector.NewElementwise(2, bijector.QuadraticSpline{Bins: 1}) },
		"bijector: CircularShift: got bound -1, want 0.001 to 1e+06": func() { bijector.NewCircularShift(autodiff.Fixed(1), -1) },
		"bijector: Spline: got -2 bins, want 1 to 128":               func() { bijector.NewElementwise(2, bijector.Spline{Bins: -2}) },
		"bijector: Spline: got bound -1, want positive":              func() { bijector.NewElementwise(2, bijector.Spline{Bound: -1}) },
		"bijector: Elementwise: got no map":                          func() { bijector.NewElementwise(2, nil) },
		"bijector: Autoregressive: got no network or no map":         func() { bijector.NewAutoregressive(nil, bijector.Affine{}) },
		"bijector: Autoregressive: got no network or no map, ":       func() { bijector.NewAutoregressive(net, nil) },
		"bijector: PerPixel: got map <nil>":                          func() { bijector.NewPerPixel(nil, 4) },
		"bijector: Subset: got 1 columns and bijector <nil>":         func() { bijector.NewSubset(nil, 0) },
		"bijector: Subset: got column 1, want different ones":        func() { bijector.NewSubset(bijector.Exp{}, 1, 1) },
		"bijector: TransformDiagonal: got 2 rows and bijector":       func() { bijector.NewTransformDiagonal(2, nil) },
	} {
		func() {
			defer func() {
				if r, _ := recover().(string); !strings.Contains(r, want) {
					t.Errorf("got panic %q, want %q", r, want)
				}
			}()
			f()
		}()
	}
}
