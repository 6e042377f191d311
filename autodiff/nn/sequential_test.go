package nn

import (
	"math"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/gradtest"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// A set's result does not depend on the order of its elements, and is the mean of theirs.
func TestSet(t *testing.T) {
	each, rest := NewMLP(2, []int{5}, 3, Tanh, rng.New(1)), NewMLP(3, []int{4}, 2, SiLU, rng.New(2))
	set := NewSequential(NewShared(3, each), NewMeanPool(3, 3), rest)
	x := randomRows(4, 6)
	tape := autodiff.NewTape()
	y := set.Apply(tape.Matrix(x))
	turned := set.Apply(tape.Matrix(mat.NewDense(1, 6, []float64{x.At(1, 2), x.At(1, 3), x.At(1, 4), x.At(1, 5), x.At(1, 0), x.At(1, 1)})))
	for j := range 2 {
		if math.Abs(turned.At(0, j)-y.At(1, j)) > 1e-14 {
			t.Errorf("column %d: got %v in another order, want %v", j, turned.At(0, j), y.At(1, j))
		}
	}
	var mean autodiff.Var
	for k := range 3 {
		e := each.Apply(tape.Matrix(mat.DenseCopyOf(x.Slice(0, 4, 2*k, 2*k+2)))).MulConst(1. / 3)
		if k > 0 {
			e = mean.Add(e)
		}
		mean = e
	}
	for i, v := range rest.Apply(mean).Data() {
		if math.Abs(v-y.Data()[i]) > 1e-14 {
			t.Errorf("element %d: got %v, want %v", i, y.Data()[i], v)
		}
	}
	gradtest.Check(t, func(x ...autodiff.Var) autodiff.Var { return set.Apply(x[0]) }, x)
}

// A convolution is a layer of each window.
func TestConv1D(t *testing.T) {
	c := NewConv1D(2, 3, 7, 3, 2, Tanh, rng.New(1))
	if c.In() != 14 || c.Times() != 3 || c.Out() != 9 {
		t.Fatalf("got %d to %d numbers and %d times, want 14, 9, 3", c.In(), c.Out(), c.Times())
	}
	x := randomRows(4, 14)
	tape := autodiff.NewTape()
	y := c.Apply(tape.Matrix(x))
	for k := range 3 {
		want := c.Layer.Apply(tape.Matrix(mat.DenseCopyOf(x.Slice(0, 4, 4*k, 4*k+6))))
		for i := range 4 {
			for j := range 3 {
				if y.At(i, 3*k+j) != want.At(i, j) {
					t.Errorf("row %d, time %d, channel %d: got %v, want %v", i, k, j, y.At(i, 3*k+j), want.At(i, j))
				}
			}
		}
	}
	gradtest.Check(t, func(x ...autodiff.Var) autodiff.Var { return c.Apply(x[0]) }, x)
}

func TestSequentialRefuses(t *testing.T) {
	for want, f := range map[string]func(){
		"got no networks":             func() { NewSequential() },
		"takes 2 numbers, want the 3": func() { NewSequential(NewMeanPool(2, 3), NewMeanPool(1, 2)) },
		"got 0 times":                 func() { NewShared(0, NewMeanPool(1, 1)) },
		"got 2 parts of 0":            func() { NewMeanPool(2, 0) },
		"got 2 steps, size 3":         func() { NewConv1D(1, 1, 2, 3, 1, ReLU, nil) },
		"got 5 columns, want 4":       func() { NewMeanPool(2, 2).Apply(autodiff.NewTape().Zeros(1, 5)) },
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
