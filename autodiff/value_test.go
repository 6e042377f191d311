package autodiff_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
)

var inf = math.Inf(1)

// However many maps are given a learned value, its elements stay what they were,
// and those maps share them.
func TestWithinTwice(t *testing.T) {
	for _, c := range []struct{ lo, hi float64 }{{0, inf}, {-1, inf}, {-inf, 9}, {-1, 9}, {-inf, inf}} {
		v := autodiff.Learned(2, 0.5)
		first := v.Within("first", c.lo, c.hi)
		second := v.Within("second", c.lo, c.hi)
		wider := first.Within("wider", c.lo-1, c.hi+1)
		same := func(when string, want ...float64) {
			for name, v := range map[string]autodiff.Value{"the value": v, "first": first, "second": second, "wider": wider} {
				for i, x := range v.Numbers() {
					if !(math.Abs(x-want[i]) <= 1e-15*8) {
						t.Errorf("(%v, %v): %s, %s: got %v, want %v", c.lo, c.hi, when, name, v.Numbers(), want)
						break
					}
				}
			}
		}
		same("at first", 2, 0.5)
		first.Param.Data()[1] = first.Param.Data()[0] // a step of training
		same("later", 2, 2)
	}
}

func TestWithinPanics(t *testing.T) {
	v := autodiff.Learned(0.5).Positive("scale")
	for want, f := range map[string]func(){
		"share: got a learned value that another map keeps between 0 and +Inf, want one between 0 and 1": func() { v.Within("share", 0, 1) },
		"scale: got 0.5, want a number between 1 and 2":                                                  func() { v.Within("scale", 1, 2) },
	} {
		mustPanic(t, want, f)
	}
	if x := v.Numbers(); !slices.Equal(x, autodiff.Learned(0.5).Positive("").Numbers()) {
		t.Errorf("got %v after the panics, want 0.5", x)
	}
}

// Values that come from elsewhere than Learned share their interval too.
func TestValueRestore(t *testing.T) {
	p := autodiff.NewParam(1, 1, []float64{0})
	scale, shift := autodiff.Value{Param: p, Min: 0, Max: inf}, autodiff.Value{Param: p, Min: -inf, Max: inf}
	for _, v := range []autodiff.Value{shift, scale, shift} {
		if err := v.Restore(); err != nil {
			t.Fatal(err)
		}
	}
	if a, b := scale.Numbers()[0], shift.Numbers()[0]; a != b || a != math.Ln2 {
		t.Errorf("got %v and %v of one parameter, want log 2 twice", a, b)
	}
	if err := (autodiff.Value{Param: p, Min: -1, Max: 1}).Restore(); err == nil || !strings.Contains(err.Error(), "got bounds -1 and 1, want 0 and +Inf as elsewhere") {
		t.Errorf("got %v, want an error about bounds", err)
	}
}
