// Package gradtest checks the gradients of any function on a tape against
// differences.
package gradtest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"gonum.org/v1/gonum/mat"
)

// Tolerance is the largest difference that [Check] accepts, relative to
// 1 + the size of the gradient.
const Tolerance = 1e-7

// Check compares the gradients that the tape computes for f at the given
// arguments, and for every parameter that f uses and that is not frozen, with
// extrapolated central differences of step 10⁻³ and less. A function of several elements
// is checked through a random projection of them.
//
// f must be smooth within 10⁻³ of its arguments. It costs 4 to 14 evaluations
// per element.
func Check(t testing.TB, f func(x ...autodiff.Var) autodiff.Var, at ...*mat.Dense) {
	t.Helper()
	if err := Compare(f, at...); err != nil {
		t.Error(err)
	}
}

// Compare does what [Check] does and returns the first difference found.
func Compare(f func(x ...autodiff.Var) autodiff.Var, at ...*mat.Dense) error {
	return Precision{Step: 1e-3, Tolerance: Tolerance}.Compare(f, at...)
}

// A Precision is how large the first step of differences is, and what error
// of a gradient is accepted, relative to 1 + its size.
type Precision struct{ Step, Tolerance float64 }

// Single suits functions that compute in float32 on the way: its roundings, 6e-8 of
// values of size 1, are 1e-6 of differences of step 1/16, some of them ten times that.
var Single = Precision{Step: 1.0 / 16, Tolerance: 1e-4}

// Compare does what [Compare] does, with another step and tolerance.
func (p Precision) Compare(f func(x ...autodiff.Var) autodiff.Var, at ...*mat.Dense) error {
	tape := autodiff.NewTape()
	x := variables(tape, at)
	loss := project(f(x...))
	tape.Backward(loss)
	params := tape.Params()
	grads := make([][]float64, 0, len(at)+len(params))
	for _, v := range x {
		grads = append(grads, clone(v.Grad(), len(v.Data())))
	}
	for _, p := range params {
		grads = append(grads, clone(tape.Grad(p), p.Len()))
	}
	value := func() float64 {
		tape.Reset()
		return project(f(variables(tape, at)...)).Value()
	}
	for i, m := range at {
		if err := p.compare(fmt.Sprintf("argument %d", i), m.RawMatrix().Data, grads[i], value); err != nil {
			return err
		}
	}
	for i, q := range params {
		if q.Frozen() {
			continue
		}
		if err := p.compare(fmt.Sprintf("parameter %d", i), q.Data(), grads[len(at)+i], value); err != nil {
			return err
		}
	}
	return nil
}

func variables(tape *autodiff.Tape, at []*mat.Dense) []autodiff.Var {
	x := make([]autodiff.Var, len(at))
	for i, m := range at {
		x[i] = tape.Variable(m)
	}
	return x
}

// project returns the 1×1 sum of y weighted by fixed weights between ½ and 1½.
func project(y autodiff.Var) autodiff.Var {
	r, c := y.Dims()
	src := rand.New(rand.NewPCG(1, 2))
	w := make([]float64, r*c)
	for i := range w {
		w[i] = 0.5 + src.Float64()
	}
	return y.Mul(y.Tape().View(r, c, w)).Sum()
}

func clone(g []float64, n int) []float64 {
	return append(make([]float64, 0, n), g...)[:n]
}

func (p Precision) compare(what string, x, grad []float64, value func() float64) error {
	for i, at := range x {
		f := func(d float64) float64 {
			x[i] = at + d
			defer func() { x[i] = at }()
			return value()
		}
		want := p.derivative(f, grad[i])
		if diff := math.Abs(grad[i] - want); !(diff <= p.Tolerance*(1+math.Abs(want))) {
			return fmt.Errorf("gradtest: %s, number %d: got gradient %v, want %v by differences", what, i, grad[i], want)
		}
	}
	return nil
}

// derivative returns f′(0) by central differences of steps p.Step, p.Step/2, … and
// Richardson's extrapolation to step 0: the value that changed least from the one
// before it. It stops early when guess is confirmed.
func (p Precision) derivative(f func(float64) float64, guess float64) float64 {
	const levels = 7
	var best, last float64
	var table [levels]float64 // the last row of extrapolations
	least := math.Inf(1)
	h := p.Step
	for k := range levels {
		d := (f(h) - f(-h)) / (2 * h)
		factor := 4.0
		for j := range k {
			table[j], d = d, d+(d-table[j])/(factor-1)
			factor *= 4
		}
		table[k] = d
		if change := math.Abs(d - last); k > 0 && change < least {
			best, least = d, change
		}
		if k > 0 && math.Abs(best-guess)+least <= p.Tolerance*(1+math.Abs(best))/10 {
			return best
		}
		last, h = d, h/2
	}
	return best
}
