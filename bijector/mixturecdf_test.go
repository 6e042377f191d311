package bijector_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
)

func ExampleMixtureCDF() {
	f := bijector.NewElementwise(1, bijector.MixtureCDF{Components: 2, Equal: true})
	f.Raw.Set([]float64{-2, 2, 0.5, 0.5}) // shifts, scales
	tape := autodiff.NewTape()
	y := f.Forward(tape.Scalar(0.3))
	fmt.Printf("%.6f %.6f\n", y.Value(), f.Inverse(y).Value())
	// Output: 0.072037 0.300000
}

// Start is near the identity, and no component is like another.
func TestMixtureCDFStart(t *testing.T) {
	for _, m := range []bijector.MixtureCDF{{}, {Logistic: true}, {Components: 3, Equal: true, Scale: bijector.Exponential}} {
		start := m.Start()
		tape := autodiff.NewTape()
		for _, x := range []float64{-4, -1, 0, 0.5, 3} {
			y, ls := m.Forward(tape.Scalar(x), tape.View(1, len(start), start))
			if d := math.Abs(y.Value() - x); !(d <= 0.1*(1+math.Abs(x))) || !(math.Abs(ls.Value()) < 0.25) {
				t.Errorf("%+v: got g(%v) = %v with log-slope %v, want nearly the identity", m, x, y.Value(), ls.Value())
			}
		}
		for j := 1; j < max(m.Components, 3); j++ {
			if !(start[j] > start[j-1]) {
				t.Errorf("%+v: got shifts %v, want ascending ones", m, start)
			}
		}
	}
}
