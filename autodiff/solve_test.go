package autodiff_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/gradtest"
	"gonum.org/v1/gonum/mat"
)

// dominant returns a d×d matrix with a large diagonal.
func dominant(d int) *mat.Dense {
	a := random(uint64(d), d, d, -1, 1)
	for i := range d {
		a.Set(i, i, float64(d)/4+1)
	}
	return a
}

// Systems of all sizes around the blocks of the algorithm: the residual is at
// rounding, and a row alone gives the bits that it gives among others.
func TestSolveSizes(t *testing.T) {
	solvers := map[string]func(b, a autodiff.Var) (x, again autodiff.Var){
		"Solve": func(b, a autodiff.Var) (x, again autodiff.Var) { x = b.Solve(a); return x, x.MatMulT(a) },
	}
	for _, tri := range []autodiff.Tri{{}, {Trans: true}, {Unit: true}, {Trans: true, Unit: true}} {
		solvers[fmt.Sprintf("TriSolve %+v", tri)] = func(b, a autodiff.Var) (x, again autodiff.Var) {
			if tri.Unit {
				a = a.MulConst(0.05)
			}
			x = b.TriSolve(a, tri)
			return x, x.TriMul(a, tri)
		}
	}
	for name, solve := range solvers {
		for _, d := range []int{1, 2, 7, 8, 9, 17, 40} {
			a := dominant(d)
			for _, n := range []int{1, 2, 127, 128, 129, 300} {
				b := random(uint64(n), n, d, -2, 2)
				tape := autodiff.NewTape()
				x, again := solve(tape.Matrix(b), tape.Matrix(a))
				for i, want := range b.RawMatrix().Data {
					if got := again.Data()[i]; math.Abs(got-want) > 1e-13 {
						t.Fatalf("%s: %d×%d: element %d: A·x = %v, want %v", name, n, d, i, got, want)
					}
				}
				for _, i := range []int{0, n / 2, n - 1} {
					alone, _ := solve(tape.View(1, d, b.RawRowView(i)), tape.Matrix(a))
					for j, got := range alone.Data() {
						if want := x.At(i, j); math.Float64bits(got) != math.Float64bits(want) {
							t.Fatalf("%s: %d×%d: row %d alone gives %v, want %v as among others", name, n, d, i, got, want)
						}
					}
				}
			}
		}
	}
}

func TestSolveGradientsOfBlocks(t *testing.T) {
	for _, tri := range []autodiff.Tri{{}, {Trans: true}, {Trans: true, Unit: true}} {
		gradtest.Check(t, func(x ...autodiff.Var) autodiff.Var { return x[0].TriSolve(x[1], tri) }, random(1, 3, 11, -1, 1), dominant(11))
	}
	gradtest.Check(t, func(x ...autodiff.Var) autodiff.Var { return x[0].Solve(x[1]) }, random(1, 3, 11, -1, 1), dominant(11))
	gradtest.Check(t, func(x ...autodiff.Var) autodiff.Var { return x[0].LogAbsDet() }, dominant(11))
}
