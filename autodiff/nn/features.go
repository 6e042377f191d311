package nn

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
)

// Features is a network without weights that brings values of any scale into a range that networks
// learn from: of some columns v = x as they are, of some the logarithm v = log(max(x, 0) + e), it
// returns
//
//	clip((v − Shift)/Scale, −Clip, Clip)
//
// first those of Plain, then those of Logs. It comes before networks that see a
// context, see [bijector.Embedded]. It costs a few operations and a logarithm per value.
//
// [bijector.Embedded]: https://pkg.go.dev/github.com/normflow/normflow/bijector#Embedded
type Features struct {
	Width        int             // columns of x
	Plain, Logs  []int           // columns of x; one may be in both
	Least        *autodiff.Param // e of each of Logs, 1×len(Logs), positive; nil if there are none
	Shift, Scale *autodiff.Param // of each result, frozen
	Clip         float64
}

// NewFeatures returns the network for x of width columns with the given parameters, which it copies
// and freezes. It panics unless plain and logs are columns of x, there is one parameter for each,
// and scales, least and clip are positive.
func NewFeatures(width int, plain, logs []int, least, shift, scale []float64, clip float64) *Features {
	f := &Features{Width: width, Plain: plain, Logs: logs, Shift: frozen(shift), Scale: frozen(scale), Clip: clip}
	if len(logs) > 0 {
		f.Least = frozen(least)
	}
	must(f.Restore())
	return f
}

func frozen(x []float64) *autodiff.Param {
	p := autodiff.NewParam(1, len(x), append([]float64(nil), x...))
	p.Freeze(true)
	return p
}

// Restore checks the fields.
func (f *Features) Restore() error {
	for _, j := range append(append([]int(nil), f.Plain...), f.Logs...) {
		if j < 0 || j >= f.Width {
			return fmt.Errorf("nn: Features: got column %d, want one of 0 to %d", j, f.Width-1)
		}
	}
	n := len(f.Plain) + len(f.Logs)
	if n == 0 || !(f.Clip > 0) {
		return fmt.Errorf("nn: Features: got %d columns and clip %v, want some, and a positive number", n, f.Clip)
	}
	for _, p := range []struct {
		name string
		p    *autodiff.Param
		n    int
	}{{"shift", f.Shift, n}, {"scale", f.Scale, n}, {"least", f.Least, len(f.Logs)}} {
		if p.n == 0 && p.p == nil {
			continue
		}
		if p.p == nil {
			return fmt.Errorf("nn: Features: got no %s, want one row of %d numbers", p.name, p.n)
		}
		if r, c := p.p.Dims(); r != 1 || c != p.n {
			return fmt.Errorf("nn: Features: got %s of %d×%d, want one row of %d numbers", p.name, r, c, p.n)
		}
		for i, v := range p.p.Data() {
			if p.name != "shift" && !(v > 0) || math.IsNaN(v-v) {
				return fmt.Errorf("nn: Features: got %s %v at number %d, want finite numbers, those of scale and least positive", p.name, v, i)
			}
		}
	}
	return nil
}

// In returns Width.
func (f *Features) In() int { return f.Width }

// Out returns the number of results.
func (f *Features) Out() int { return len(f.Plain) + len(f.Logs) }

// Apply returns the features of the rows of x. It panics if x has another width.
func (f *Features) Apply(x autodiff.Var) autodiff.Var {
	if x.Cols() != f.Width {
		panic(fmt.Sprintf("nn: Features: got %d columns, want %d", x.Cols(), f.Width))
	}
	t := x.Tape()
	var v autodiff.Var
	if len(f.Plain) > 0 {
		v = x.Gather(f.Plain)
	}
	if len(f.Logs) > 0 {
		logs := x.Gather(f.Logs).ReLU().Add(t.Use(f.Least)).Log()
		if len(f.Plain) > 0 {
			logs = autodiff.Concat(v, logs)
		}
		v = logs
	}
	return v.Sub(t.Use(f.Shift)).Div(t.Use(f.Scale)).Clamp(-f.Clip, f.Clip)
}
