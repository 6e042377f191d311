package bijector_test

import (
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/bijector/bijectortest"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// diamond has 2 as the parent of 0 and 3, and these as those of 1; 4 is alone.
var diamond = [][]int{{2}, {0, 3}, {}, {2}, nil}

// graphical returns a map of the diamond with parameters of size 1.
func graphical(m bijector.Univariate, cond int, hidden ...int) *bijector.Graphical {
	g := bijector.NewGraphical(diamond, m, cond, hidden, nn.Tanh, rng.New(1))
	last := g.Layers[len(g.Layers)-1]
	nn.Uniform(last, rng.New(2))
	return g
}

func graphicalCases() []bijectortest.Case {
	normal := bijectortest.Normal
	return []bijectortest.Case{
		{Name: "Graphical", B: graphical(bijector.Affine{}, 0, 11, 9), X: normal(5, 5)},
		{Name: "Graphical/spline-conditional", B: graphical(bijector.Spline{}, 2, 10), X: normal(5, 5), Context: normal(5, 2)},
		{Name: "Graphical/linear", B: graphical(bijector.Affine{}, 0), X: normal(5, 5)},
	}
}

// A result depends on the columns that are its ancestors, and no others: the inverse on its parents.
func TestGraphicalDependence(t *testing.T) {
	g := graphical(bijector.Affine{}, 0, 20, 20)
	ancestors := [][]int{{0, 2}, {0, 1, 2, 3}, {2}, {2, 3}, {4}}
	own := [][]int{{0, 2}, {0, 1, 3}, {2}, {2, 3}, {4}}
	for i, c := range []struct {
		f    func(autodiff.Var) autodiff.Var
		want [][]int
	}{{g.Forward, ancestors}, {g.Inverse, own}} {
		tape := autodiff.NewTape()
		x := bijectortest.Normal(1, 5)
		before := c.f(tape.Matrix(x))
		for k := range 5 {
			moved := mat.DenseCopyOf(x)
			moved.Set(0, k, x.At(0, k)+1)
			after := c.f(tape.Matrix(moved))
			for j := range 5 {
				want := false
				for _, a := range c.want[j] {
					want = want || a == k
				}
				if got := after.At(0, j) != before.At(0, j); got != want {
					t.Errorf("direction %d: column %d depends on %d: %v, want %v", i, j, k, got, want)
				}
			}
		}
	}
}

func TestGraphicalRefuses(t *testing.T) {
	for want, parents := range map[string][][]int{
		"without cycles":       {{1}, {2}, {0}},
		"as a parent of 0":     {{0, 0}},
		"different ones of 0":  {{3}},
		"want a graph without": {{0}},
		"got 0 columns":        {},
	} {
		func() {
			defer func() {
				if r, _ := recover().(string); !strings.Contains(r, want) {
					t.Errorf("%v: got %q, want %q", parents, r, want)
				}
			}()
			bijector.NewGraphical(parents, bijector.Affine{}, 0, []int{4}, nn.Tanh, rng.New(1))
		}()
	}
}
