package autodiff_test

import (
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/gradtest"
	"gonum.org/v1/gonum/mat"
)

type variable = autodiff.Var

// columns are in one slice, since tapes tell slices apart and not what they hold.
var columns = []int{1, 1, 0}

// steps are what a random expression is made of: smooth, and bounded for
// bounded arguments, so that differences can tell a wrong gradient.
var steps = []func(a, b variable) variable{
	func(a, b variable) variable { return a.Add(b).MulConst(0.5) },
	func(a, b variable) variable { return a.Sub(b).MulConst(0.5) },
	func(a, b variable) variable { return a.Mul(b).Tanh() },
	func(a, b variable) variable { return a.Div(b.Square().AddConst(1)) },
	func(a, b variable) variable {
		return a.Expand(3, 2).Affine(b.Expand(3, 2).Tanh(), b.Expand(3, 2)).MulConst(0.25)
	},
	func(a, b variable) variable { return autodiff.Concat(a.Expand(3, 2), b.Expand(3, 2)).Slice(1, 3) },
	func(a, b variable) variable { return a.Expand(3, 2).TMatMul(b.Expand(3, 2)).Tanh().Slice(0, 1).T() },
	func(a, b variable) variable { return a.Expand(3, 2).MatMulT(b.Expand(3, 2)).RowSoftmax().Slice(0, 2) },
	func(a, _ variable) variable { return a.Sigmoid() },
	func(a, _ variable) variable { return a.Softplus().AddConst(0.1).Log() },
	func(a, _ variable) variable { return a.Tanh().Exp().MulConst(0.5) },
	func(a, _ variable) variable { return a.Sin().Add(a.Atan()).MulConst(0.5) },
	func(a, _ variable) variable { return a.RowSum().MulConst(0.5) },
	func(a, _ variable) variable { return a.ColSum().MulConst(0.3) },
	func(a, _ variable) variable { return a.RowLogSumExp().MulConst(0.5) },
	func(a, _ variable) variable { return a.RowCumSum().MulConst(0.5) },
	func(a, _ variable) variable { return a.Expand(3, 2).Gather(columns).Slice(0, 2) },
	func(a, b variable) variable { return a.Expand(3, 2).Replace(columns[:1], b.Expand(3, 2).Slice(0, 1)) },
	func(a, _ variable) variable { return a.Expand(3, 2).Reshape(6, 1).Reshape(3, 2).SquareRowSum().Tanh() },
	func(a, _ variable) variable { return a.Mean() },
}

// expression returns the expression that a program describes: two bytes a step,
// which step and what it is applied to.
func expression(program []byte) func(x ...variable) variable {
	return func(x ...variable) variable {
		all := append([]variable(nil), x...)
		for p := program; len(p) >= 2; p = p[2:] {
			what, of := p[0], int(p[1])
			all = append(all, steps[int(what)%len(steps)](all[of%len(all)], all[of/16%len(all)]))
		}
		return all[len(all)-1].Sum().Add(all[len(all)/2].Mean())
	}
}

// FuzzTape: the gradients of any expression are those by differences, and the
// same expression is the same node, at no new one.
func FuzzTape(f *testing.F) {
	f.Add([]byte{})
	for i := range byte(len(steps)) {
		f.Add([]byte{i, 0x10, i + 1, 0x24, i + 7, 0x43, 2, 0x65})
		f.Add([]byte{i, 0x33, 0, 0x41, i, 0x52, i + 3, 0x06, 5, 0x78, i, 0x99})
	}
	at := []*mat.Dense{
		mat.NewDense(3, 2, []float64{0.5, -1.25, 0.75, 0.1, -0.3, 1.5}), mat.NewDense(1, 2, []float64{0.6, -0.4}),
		mat.NewDense(3, 1, []float64{-0.7, 0.2, 0.9}), mat.NewDense(1, 1, []float64{0.35}),
	}
	f.Fuzz(func(t *testing.T, program []byte) {
		program = program[:min(len(program), 24)]
		if err := gradtest.Compare(expression(program), at...); err != nil {
			t.Errorf("%x: %v", program, err)
		}
		tape := autodiff.NewTape()
		var x []variable
		for _, m := range at {
			x = append(x, tape.Variable(m))
		}
		first := expression(program)(x...)
		before, fixed := tape.Size()
		if again := expression(program)(x...); again != first {
			t.Errorf("%x: got another node the second time", program)
		}
		if after, fixedAfter := tape.Size(); after != before || fixedAfter != fixed {
			t.Errorf("%x: got %d numbers on the tape the second time, want %d as before", program, after, before)
		}
	})
}
